import { type Definition, DiffeoError } from '@diffeo/core';
import type { BaseOptions, LayerOptions } from '../options.ts';
import type { PartKind } from '../trial/place.ts';

/** A layer or base distribution to check, with what its package says about how. */
export interface CheckablePart {
  readonly definition: Definition<PartKind>;
  readonly options: LayerOptions | BaseOptions;
}

/** What a package defines. */
export interface PackageParts {
  readonly parts: readonly CheckablePart[];
  /** Definitions of the kinds that the kit does not check. */
  readonly others: readonly Definition[];
}

const isDefinition = (value: unknown): value is Definition => {
  if (typeof value !== 'function') return false;
  const { type, kind, restore, build } = value as Partial<Definition>;
  return typeof type === 'string' && typeof kind === 'string' && [restore, build].every((f) => typeof f === 'function');
};

const isCheckable = (definition: Definition): definition is Definition<PartKind> =>
  definition.kind === 'layer' || definition.kind === 'base';

/** The definitions among the exports, and in the lists among them, each once. */
function definitionsAmong(exported: Readonly<Record<string, unknown>>): readonly Definition[] {
  const found = [...new Set(Object.values(exported).flat().filter(isDefinition))];
  const types = found.map(({ type }) => type);
  const twice = types.find((type, i) => types.indexOf(type) !== i);
  if (twice === undefined) return found;
  throw new DiffeoError('PACKAGE', `two different definitions call themselves '${twice}', so neither can be loaded`);
}

/**
 * The layers and base distributions that a package exports, each with the options that its `conformance` has for it.
 *
 * @throws DiffeoError `PACKAGE` when there are none, two have one type, or `conformance` names what is not there.
 */
export function partsOf(exported: Readonly<Record<string, unknown>>, name: string): PackageParts {
  const found = definitionsAmong(exported);
  const checkable = found.filter(isCheckable);
  if (checkable.length === 0) {
    const kinds = [...new Set(found.map(({ kind }) => kind))].join(', ') || 'no definition at all';
    throw new DiffeoError(
      'PACKAGE',
      `${name} exports neither layers nor base distributions (${kinds}): what defineLayer and defineBase return is looked for among its exports and in lists among them`,
    );
  }
  const { conformance = {} } = exported as { readonly conformance?: Readonly<Record<string, object>> };
  const unknown = Object.keys(conformance).find((type) => checkable.every((definition) => definition.type !== type));
  if (unknown !== undefined) {
    const types = checkable.map(({ type }) => type).join(', ');
    throw new DiffeoError('PACKAGE', `${name}: its conformance has options for '${unknown}', and it exports ${types}`);
  }
  return {
    parts: checkable.map((definition) => ({ definition, options: conformance[definition.type] ?? {} })),
    others: found.filter((definition) => !isCheckable(definition)),
  };
}
