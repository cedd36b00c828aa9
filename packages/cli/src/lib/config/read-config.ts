import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { fileError } from '../files/file-error.ts';
import { fileKind } from '../files/file-kind.ts';
import type { DiffeoConfig } from './diffeo-config.ts';

/** What the file may be called, the first that there is. */
const names = ['ts', 'mts', 'mjs', 'js', 'json'].map((ending) => `diffeo.config.${ending}`);

/** A configuration, and the file that it came from. */
export interface FoundConfig {
  readonly name: string;
  readonly config: DiffeoConfig;
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isOption = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value);
const areOptions = (value: unknown): boolean => isRecord(value) && Object.values(value).every(isOption);

/** What each part of it must be. */
const parts: {
  readonly [name in keyof DiffeoConfig]-?: readonly [expected: string, test: (value: unknown) => boolean];
} = {
  plugins: [
    'a list of definitions',
    (value) => Array.isArray(value) && value.flat().every((one) => typeof one === 'function' || isRecord(one)),
  ],
  layers: [
    'functions by the names of flows',
    (value) => isRecord(value) && Object.values(value).every((one) => typeof one === 'function'),
  ],
  data: [
    'paths, or { path, options }, by names',
    (value) =>
      isRecord(value) &&
      Object.values(value).every(
        (one) =>
          typeof one === 'string' ||
          (isRecord(one) &&
            typeof one['path'] === 'string' &&
            (one['options'] === undefined || areOptions(one['options']))),
      ),
  ],
  defaults: ['options by commands', (value) => isRecord(value) && Object.values(value).every(areOptions)],
};

const known = Object.keys(parts) as (keyof DiffeoConfig)[];

/** @throws DiffeoError `CONFIG` for what is no configuration. */
function requireConfig(value: unknown, name: string): DiffeoConfig {
  if (!isRecord(value)) throw new DiffeoError('CONFIG', `${name}: its default export must be a configuration`);
  for (const [key, part] of Object.entries(value)) {
    const own = known.find((one) => one === key);
    if (!own) {
      throw new DiffeoError(
        'CONFIG',
        `${name}: there is no '${key}' in a configuration; it has ${known.join(', ')}${didYouMean(key, known)}`,
      );
    }
    const [expected, test] = parts[own];
    if (part !== undefined && !test(part)) throw new DiffeoError('CONFIG', `${name}: '${key}' must be ${expected}`);
  }
  return value as DiffeoConfig;
}

async function contentOf(path: string, name: string): Promise<unknown> {
  const ending = extname(path);
  if (ending === '.json') {
    try {
      return JSON.parse(readFileSync(path, 'utf8'));
    } catch (cause) {
      if (!(cause instanceof SyntaxError)) throw fileError(`${name} cannot be read`, cause);
      throw new DiffeoError('CONFIG', `${name} is no JSON: ${cause.message}`, { cause });
    }
  }
  if (ending.endsWith('ts') && !process.features.typescript) {
    throw new DiffeoError(
      'CONFIG',
      `this Node, ${process.version}, does not read TypeScript: call ${name} diffeo.config.mjs, or use Node 22.18 or newer`,
    );
  }
  try {
    return ((await import(pathToFileURL(path).href)) as { readonly default?: unknown }).default;
  } catch (cause) {
    throw new DiffeoError('CONFIG', `${name} does not load: ${(cause as Error).message}`, { cause });
  }
}

/**
 * The configuration in a folder, `null` where there is none. But for JSON it is a program of yours, and runs.
 *
 * @throws DiffeoError `CONFIG` for a file that does not load or is no configuration.
 */
export async function readConfig(folder: string): Promise<FoundConfig | null> {
  const name = names.find((one) => fileKind(join(folder, one)) === 'file');
  if (name === undefined) return null;
  return { name, config: requireConfig(await contentOf(join(folder, name), name), name) };
}
