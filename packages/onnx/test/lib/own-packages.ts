import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Definition, Kind, Spec } from '@diffeo/core';
import type { Conformance } from '@diffeo/testing';

const packages = join(import.meta.dirname, '../../..');

type Module = Readonly<Record<string, unknown>>;

/** What packages export: whatever lies beside this one. */
const modulesOf = async (names: readonly string[]): Promise<Module[]> =>
  await Promise.all(names.map((name) => import(pathToFileURL(join(packages, name, 'src/index.ts')).href)));

const layerModules = await modulesOf(readdirSync(packages).filter((name) => name.startsWith('layers-')));
const modules = [...layerModules, ...(await modulesOf(['core', 'datasets', 'networks', 'ops', 'tables']))];

const isDefinition = (value: unknown): value is Definition =>
  typeof value === 'function' && 'restore' in value && 'kind' in value;

/** Every part of ours of a kind, in the lists that are for `load`; what stands in several comes once. */
export function definitionsOf<K extends Kind>(kind: K): Definition<K>[] {
  const all = modules.flatMap((module) => Object.values(module).filter(Array.isArray).flat());
  const own = all.filter((value): value is Definition<K> => isDefinition(value) && value.kind === kind);
  return [...new Map(own.map((definition) => [definition.type, definition])).values()];
}

/** How each layer wants to be tried. */
export const conformance: Conformance = Object.assign({}, ...modules.map((module) => module['conformance'] ?? {}));

const isLayers = (value: unknown): value is readonly Spec<'layer'>[] =>
  Array.isArray(value) && value.length > 0 && value.every((layer) => layer?.$kind === 'layer');

/** What a function gives with options that presets take, if that is a list of layers. */
function layersFrom(make: (options: object) => unknown, options: object): readonly Spec<'layer'>[] | null {
  try {
    const made = make(options);
    return isLayers(made) ? made : null;
  } catch {
    return null;
  }
}

/**
 * Every function of ours that gives a list of layers, by name, with what it gives.
 *
 * @param options each is tried in turn, until the function takes one
 */
export const presets = (options: readonly object[]): (readonly [name: string, layers: readonly Spec<'layer'>[]])[] =>
  layerModules.flatMap((module) =>
    Object.entries(module).flatMap(([name, make]) => {
      if (typeof make !== 'function' || isDefinition(make)) return [];
      const layers = options.map((own) => layersFrom(make as (given: object) => unknown, own)).find(Boolean);
      return layers ? [[name, layers] as const] : [];
    }),
  );
