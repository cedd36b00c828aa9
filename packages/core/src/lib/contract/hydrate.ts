import { describeValue, shortName } from '../arguments/describe-value.ts';
import { type DensitySpec, type FlowSpec, orderedSpec } from '../flow/flow-spec.ts';
import { type Definition, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import { isObject } from './is-object.ts';
import type { Kind, Spec } from './parts/spec.ts';
import { areSizes } from './shape.ts';

/** Parts inside parts: far more than a model needs, far less than would overflow the stack. */
const maxDepth = 64;
/** Parts in all, those inside others counted. */
const maxParts = 2 ** 16;
/** Names in one object. */
const maxNames = 10_000;

const isHolder = (value: unknown): value is object => typeof value === 'object' && value !== null;
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

function requireDensity(value: unknown): DensitySpec {
  if (!isObject(value)) throw notSaved('it is not an object');
  const { members } = value;
  if (members !== undefined) {
    if (!Array.isArray(members)) throw notSaved('members: expected a list of flows');
    return { members: members.map(requireDensity) };
  }
  for (const [name, [test, expected]] of Object.entries(entries)) {
    if (!test(value[name])) throw notSaved(`${name}: expected ${expected}`);
  }
  const spec = value as unknown as FlowSpec;
  const stray = spec.layers.findIndex((layer) => !isPart('layer')(layer));
  if (stray >= 0) throw notSaved(`layers.${stray}: expected a layer`);
  return orderedSpec(spec);
}

function byType(definitions: readonly Definition[]): ReadonlyMap<string, Definition> {
  const found = new Map<string, Definition>();
  if (!Array.isArray(definitions)) {
    throw new DiffeoError(
      'CONFIG',
      `definitions must be a list, such as [...coreDefinitions]; got ${describeValue(definitions)}`,
    );
  }
  for (const [i, definition] of definitions.entries()) {
    if (typeof definition?.type !== 'string' || typeof definition.restore !== 'function') {
      const advice = Array.isArray(definition) ? '. Spread it: [...coreDefinitions, …]' : '';
      throw new DiffeoError(
        'CONFIG',
        `definitions[${i}] must be a definition, such as affineCoupling; got ${describeValue(definition)}${advice}`,
      );
    }
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

/** A stranger's file chooses the name: nobody is told to install it without that being said. */
function unknownType(type: string, place: string, known: ReadonlyMap<string, Definition>): DiffeoError {
  const name = packageOf(type);
  const has = [...known.keys()].some((other) => packageOf(other) === name);
  const advice = has
    ? `The definitions of '${shortName(name)}' that were given have no such part: the file comes from another version of it.`
    : `The file names the package '${shortName(name)}'; install that only if you trust where the file comes from, and pass what it defines: { definitions: [...] }.`;
  return new DiffeoError(
    'UNKNOWN_TYPE',
    `${shortName(place)}: nothing among the definitions is called '${shortName(type)}'. ${advice}`,
  );
}

function restorePart(value: object, config: object, place: string, known: ReadonlyMap<string, Definition>): Spec {
  const { $type, $kind, version } = value as Readonly<Record<string, unknown>>;
  if (
    typeof $type !== 'string' ||
    typeof $kind !== 'string' ||
    typeof version !== 'number' ||
    !areSizes([version], 1)
  ) {
    throw new DiffeoError(
      'SPEC',
      `${shortName(place)}: this is not a saved part: $type, $kind or version is not as it was saved`,
    );
  }
  const definition = known.get($type);
  if (!definition) throw unknownType($type, place, known);
  if (definition.kind !== ($kind as Kind)) {
    throw new DiffeoError(
      'SPEC',
      `${shortName(place)}: '${shortName($type)}' is a ${definition.kind}, and was saved as a ${shortName($kind)}`,
    );
  }
  return definition.restore(config, version);
}

/** {@link hydrate} of a flow or a mixture of several. */
export function hydrateDensity(json: unknown, definitions: readonly Definition[]): DensitySpec {
  const known = byType(definitions);
  let parts = 0;
  const revive = (value: object, place: string, depth: number): unknown => {
    if (depth > maxDepth) throw new DiffeoError('SPEC', `${shortName(place)}: nested more than ${maxDepth} deep`);
    // Lists of numbers may be long: what holds nothing to restore is passed on.
    const below = (key: string | number, element: unknown): unknown =>
      isHolder(element) ? revive(element, place ? `${place}.${key}` : `${key}`, depth + 1) : element;
    if (Array.isArray(value)) return value.some(isHolder) ? value.map((element, i) => below(i, element)) : value;
    // Of an object with a million names each look at them takes seconds.
    const names = Object.keys(value);
    if (names.length > maxNames) {
      throw new DiffeoError(
        'SPEC',
        `${shortName(place)}: an object has ${maxNames} entries at most; got ${names.length}`,
      );
    }
    const entries = names.map((name) => [name, below(name, (value as Readonly<Record<string, unknown>>)[name])]);
    const revived = Object.fromEntries(entries) as { config?: object };
    if (!('$type' in value)) return revived;
    if (++parts > maxParts)
      throw new DiffeoError('SPEC', `a model has at most ${maxParts} parts, and this one has more`);
    return restorePart(value, revived.config ?? {}, place, known);
  };
  return requireDensity(isHolder(json) ? revive(json, '', 0) : json);
}

/**
 * Turns saved JSON back into a flow's specs, innermost first. The definitions are an argument: nothing is registered
 * anywhere, and nothing in the JSON is executed.
 *
 * @throws DiffeoError `UNKNOWN_TYPE`, `DUPLICATE_TYPE`, `NEWER_VERSION`, `MIGRATION`, `CONFIG`, or `SPEC` for JSON that
 * is not a flow.
 */
export function hydrate(json: unknown, definitions: readonly Definition[]): FlowSpec {
  const spec = hydrateDensity(json, definitions);
  if ('members' in spec) throw notSaved('it is a mixture of several');
  return spec;
}
