import {
  array,
  integer,
  minValue,
  nullable,
  number,
  object,
  optional,
  pipe,
  record,
  safeParse,
  string,
  unknown,
} from 'valibot';
import type { Kind, Spec } from './contract.ts';
import { type Definition, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import type { FlowSpec } from './flow.ts';
import { specOf } from './spec-of.ts';

/** Parts inside parts: far more than a model needs, far less than would overflow the stack. */
const deepest = 64;

const size = pipe(number(), integer(), minValue(1));
const flowSchema = object({
  eventShape: array(size),
  contextShape: optional(nullable(array(size))),
  dequantize: optional(specOf('dequantizer')),
  layers: array(specOf('layer')),
  base: optional(specOf('base')),
});
const partSchema = object({
  $type: string(),
  $kind: string(),
  version: size,
  config: record(string(), unknown()),
});

function byType(definitions: readonly Definition[]): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  for (const definition of definitions) {
    const before = found.get(definition.type);
    if (before && before !== definition) {
      throw new DiffeoError(
        'DUPLICATE_TYPE',
        `two definitions call themselves '${definition.type}': pass one of them, or install one version of ${packageOf(definition.type)}`,
      );
    }
    found.set(definition.type, definition);
  }
  return found;
}

function restorePart(value: object, config: object, place: string, known: ReadonlyMap<string, Definition>): Spec {
  const parsed = safeParse(partSchema, { ...value, config });
  if (!parsed.success) throw new DiffeoError('SPEC', `${place}: this is not a saved part: ${parsed.issues[0].message}`);
  const { $type, $kind, version } = parsed.output;
  const definition = known.get($type);
  if (!definition) {
    const name = packageOf($type);
    throw new DiffeoError(
      'UNKNOWN_TYPE',
      `${place}: nothing among the definitions is called '${$type}'. Install its package (npm install ${name}) and pass what it defines: { definitions: [...] } from '${name}'.`,
    );
  }
  if (definition.kind !== ($kind as Kind)) {
    throw new DiffeoError('SPEC', `${place}: '${$type}' is a ${definition.kind}, and was saved as a ${$kind}`);
  }
  return definition.restore(config, version);
}

/**
 * Turns saved JSON back into a flow's specs, innermost first. The definitions are an argument: nothing is registered
 * anywhere, and nothing in the JSON is executed.
 *
 * @throws DiffeoError `UNKNOWN_TYPE`, `DUPLICATE_TYPE`, `NEWER_VERSION`, `MIGRATION`, `CONFIG`, or `SPEC` for JSON that
 * is no flow.
 */
export function hydrate(json: unknown, definitions: readonly Definition[]): FlowSpec {
  const known = byType(definitions);
  const revive = (value: unknown, place: string, depth: number): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (depth > deepest) throw new DiffeoError('SPEC', `${place}: nested more than ${deepest} deep`);
    const at = (key: string | number) => (place ? `${place}.${key}` : `${key}`);
    if (Array.isArray(value)) return value.map((element, i) => revive(element, at(i), depth + 1));
    const entries = Object.entries(value).map(([key, element]) => [key, revive(element, at(key), depth + 1)]);
    const revived = Object.fromEntries(entries) as { config?: object };
    return '$type' in value ? restorePart(value, revived.config ?? {}, place, known) : revived;
  };
  const parsed = safeParse(flowSchema, revive(json, '', 0));
  if (parsed.success) return parsed.output as FlowSpec;
  const [issue] = parsed.issues;
  const place = issue.path?.map(({ key }) => key).join('.');
  throw new DiffeoError('SPEC', `this is not a saved flow: ${place ? `${place}: ` : ''}${issue.message}`);
}
