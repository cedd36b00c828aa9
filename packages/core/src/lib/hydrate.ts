import type { Kind, Spec } from './contract.ts';
import { type Definition, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import type { FlowSpec } from './flow.ts';
import { isObject } from './is-object.ts';
import { areSizes } from './shape.ts';

/** Parts inside parts: far more than a model needs, far less than would overflow the stack. */
const deepest = 64;

const isShape = (value: unknown): boolean => areSizes(value, 1);
const isPart = (kind: Kind) => (value: unknown) => isObject(value) && value['$kind'] === kind;

/** What each entry of a flow must be. Parts have been restored by then. */
const entries: Readonly<Record<keyof FlowSpec, readonly [test: (value: unknown) => boolean, expected: string]>> = {
  eventShape: [isShape, 'a list of sizes'],
  contextShape: [(value) => value === undefined || value === null || isShape(value), 'a list of sizes or null'],
  dequantize: [(value) => value === undefined || isPart('dequantizer')(value), 'a dequantizer'],
  layers: [Array.isArray, 'a list of layers'],
  base: [(value) => value === undefined || isPart('base')(value), 'a base'],
};

const notSaved = (what: string): DiffeoError => new DiffeoError('SPEC', `this is not a saved flow: ${what}`);

function requireFlow(value: unknown): FlowSpec {
  if (!isObject(value)) throw notSaved('it is no object');
  for (const [name, [test, expected]] of Object.entries(entries)) {
    if (!test(value[name])) throw notSaved(`${name}: expected ${expected}`);
  }
  const { eventShape, contextShape, dequantize, layers, base } = value as unknown as FlowSpec;
  const stray = layers.findIndex((layer) => !isPart('layer')(layer));
  if (stray >= 0) throw notSaved(`layers.${stray}: expected a layer`);
  return {
    eventShape,
    layers,
    ...(contextShape !== undefined && { contextShape }),
    ...(dequantize && { dequantize }),
    ...(base && { base }),
  };
}

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
  const { $type, $kind, version } = value as Readonly<Record<string, unknown>>;
  if (
    typeof $type !== 'string' ||
    typeof $kind !== 'string' ||
    typeof version !== 'number' ||
    !areSizes([version], 1)
  ) {
    throw new DiffeoError('SPEC', `${place}: this is not a saved part: $type, $kind or version is not as it was saved`);
  }
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
  return requireFlow(revive(json, '', 0));
}
