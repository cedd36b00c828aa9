import { describeValue, shortName } from '../arguments/describe-value.ts';
import { type Definition, definitionOf } from '../contract/define.ts';
import { DiffeoError, isDiffeoError } from '../contract/error.ts';
import { hydrateDensity } from '../contract/hydrate.ts';
import { isObject } from '../contract/is-object.ts';
import type { Spec } from '../contract/parts/spec.ts';
import { sameShape } from '../contract/shape.ts';
import type { Density } from '../flow/flow-contract.ts';
import type { DensitySpec } from '../flow/flow-spec.ts';
import { densityOf } from '../mixture/density-of.ts';
import { leaves } from '../params/params.ts';

const refuse = (why: string, cause?: unknown): never => {
  throw new DiffeoError('SPEC', `save: this model could not be loaded again: ${why}`, { cause });
};

const isPlain = (value: object): boolean =>
  Object.prototype.toString.call(value) === '[object Object]' && !('toJSON' in value);

/** Refuses what JSON would leave out or change, by its place; adds each definition that is met to `found`. */
function requireJson(value: unknown, place: string, found: Map<string, Definition>): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return;
  if (typeof value === 'number' && Number.isFinite(value)) return;
  const isList = Array.isArray(value);
  if (!isList && !(isObject(value) && isPlain(value))) {
    refuse(`${shortName(place)} is ${describeValue(value)}, which JSON cannot hold`);
  }
  if (isList) {
    for (let i = 0; i < value.length; i++) {
      if (!Number.isFinite(value[i])) requireJson(value[i], `${place}.${i}`, found);
    }
    return;
  }
  const definition = definitionOf(value as Spec);
  // Of two versions of a package, the newer one reads what both wrote.
  if (definition && (found.get(definition.type)?.version ?? -1) < definition.version)
    found.set(definition.type, definition);
  for (const [name, entry] of Object.entries(value as object)) {
    if (entry !== undefined) requireJson(entry, place ? `${place}.${name}` : name, found);
  }
}

/** The parts of a flow by their places, as text; those of a mixture's members begin with theirs. */
function partsOf(spec: DensitySpec, at = ''): ReadonlyMap<string, string> {
  if ('members' in spec) {
    return new Map(spec.members.flatMap((member, i) => [...partsOf(member, `${at}members.${i}.`)]));
  }
  const { dequantize, layers, base } = spec;
  return new Map(
    [
      ['dequantize', dequantize] as const,
      ...layers.map((layer, i) => [`layers.${i}`, layer] as const),
      ['base', base] as const,
    ].map(([place, part]) => [`${at}${place}`, JSON.stringify(part ?? null)]),
  );
}

const layoutOf = ({ layout }: Density): string =>
  JSON.stringify(leaves(layout, {}).map(({ path, leaf }) => [path, leaf]));

/** What was found readable, by its flow: the same flow is saved many times during a training. */
const known = new WeakMap<Density, string>();

/**
 * A flow's spec as JSON that gives the same flow again: it is read back here, as `load` would, while the flow still exists.
 *
 * @throws DiffeoError `SPEC`, with the place of what would be lost or changed.
 */
export function readableSpec(model: Density): string {
  const { spec } = model;
  const definitions = new Map<string, Definition>();
  requireJson(spec, '', definitions);
  const text = JSON.stringify(spec);
  if (known.get(model) === text) return text;
  let again: Density;
  try {
    again = densityOf(hydrateDensity(JSON.parse(text), [...definitions.values()]));
  } catch (cause) {
    return refuse(isDiffeoError(cause) ? cause.message : shortName(String(cause), 200), cause);
  }
  const found = partsOf(again.spec);
  for (const [place, part] of partsOf(spec)) {
    if (found.get(place) !== part) refuse(`${place} comes back from its own configuration as another one`);
  }
  const sameShapes =
    sameShape(again.eventShape, model.eventShape) && sameShape(again.contextShape ?? [], model.contextShape ?? []);
  if (!sameShapes || layoutOf(again) !== layoutOf(model)) {
    refuse('what its description builds now has other shapes or parameters; has the description been changed since?');
  }
  known.set(model, text);
  return text;
}
