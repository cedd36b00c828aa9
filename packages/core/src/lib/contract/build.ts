import { describeValue, shortList, shortName } from '../arguments/describe-value.ts';
import { checked } from './checked-part.ts';
import { contractVersion, type Definition, definitionOf, packageOf } from './define.ts';
import { DiffeoError } from './error.ts';
import { isObject } from './is-object.ts';
import type { Bijector } from './parts/bijector.ts';
import type { Dequantizer } from './parts/dequantizer.ts';
import type { Kind, Kinds, Site, Spec } from './parts/spec.ts';
import { requireShape, type Shape } from './shape.ts';

/** Where to build: `name` is the path of the part in errors and files. */
export interface Place {
  readonly name: string;
  readonly eventShape: Shape;
  readonly contextShape: Shape | null;
}

/** Says of what is not a spec what it may have been meant as. */
function notASpec(spec: unknown, { name }: Place): DiffeoError {
  const expected = `${name}: expected what a definition returns, such as affineCoupling(); got`;
  if (Array.isArray(spec)) {
    return new DiffeoError('SPEC', `${expected} a list. What gives a list of layers is spread: [...realNVP()].`);
  }
  if (typeof spec === 'function') return new DiffeoError('SPEC', `${expected} a function. Call it.`);
  if (!isObject(spec)) return new DiffeoError('SPEC', `${expected} ${describeValue(spec)}`);
  return new DiffeoError('SPEC', `${expected} plain JSON. Saved specs come back through load() or hydrate().`);
}

/** The definition that a spec was made by, held to the kind that belongs there and to this contract. */
function definitionFor<K extends Kind>(spec: Spec<K>, place: Place, kind: K | undefined): Definition<K> {
  const definition = isObject(spec) ? definitionOf(spec) : undefined;
  if (!definition) throw notASpec(spec, place);
  const type = shortName(definition.type);
  if (definition.contract !== contractVersion) {
    throw new DiffeoError(
      'SPEC',
      `${place.name}: '${type}' was written for contract ${definition.contract} and this @diffeo/core has contract ${contractVersion}. Install matching versions of ${packageOf(type)} and @diffeo/core.`,
    );
  }
  if (kind !== undefined && definition.kind !== kind) {
    throw new DiffeoError('SPEC', `${place.name}: '${type}' is a ${definition.kind}, and a ${kind} belongs there`);
  }
  return definition;
}

/**
 * Builds the part that a spec describes.
 *
 * @param kind what belongs there; absent where the schema of what holds it has said so
 * @throws DiffeoError `SPEC` for what is not a spec, of another kind or of another contract; `SHAPE` where the part does not fit
 * its place, or events become larger than any may be.
 */
export function build<K extends Kind>(spec: Spec<K>, place: Place, kind?: K): Kinds[K] {
  const { name, eventShape, contextShape } = place;
  const definition = definitionFor(spec, place, kind);
  const who = `${name} (${shortName(definition.type)})`;
  requireShape(eventShape, `${who}: the event shape`);
  const site: Site = {
    ...place,
    fail: (message) => {
      throw new DiffeoError('SHAPE', `${who}, event shape [${shortList(eventShape)}]: ${message}`);
    },
    build: (inner, label, at = {}) =>
      build(inner, {
        name: `${name}.${label}`,
        eventShape: at.eventShape ?? eventShape,
        contextShape: at.contextShape === undefined ? contextShape : at.contextShape,
      }),
  };
  const part = definition.build(spec.config, site);
  const { baseShape } = part as Partial<Bijector & Dequantizer>;
  if (baseShape) requireShape(baseShape, `${who}: the shape on the side of the base`);
  return checked(definition.kind, part, who);
}
