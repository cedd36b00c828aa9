import type { Definition, Spec } from '@diffeo/core';

/** The live link from a spec to its definition: a global symbol, so that it holds across copies of core. */
const link = Symbol.for('diffeo.definition');
interface Linked {
  readonly [link]?: Definition;
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;
const isSpec = (value: object): value is Spec => '$type' in value && '$kind' in value;

function* walk(value: unknown): Generator<Spec> {
  if (!isObject(value)) return;
  if (isSpec(value)) yield value;
  for (const child of Object.values(isSpec(value) ? value.config : value)) yield* walk(child);
}

/** The definitions of a spec and of every spec inside it, each once: what `load` needs to read it back. */
export function definitionsOf(spec: Spec): readonly Definition[] {
  const found = new Set<Definition>();
  for (const part of walk(spec)) {
    const definition = (part as Linked)[link];
    if (definition) found.add(definition);
  }
  return [...found];
}

/** How many layers deep a spec is: the layers in it that hold no layers, at least 1. */
export function leafLayers(spec: Spec): number {
  let count = 0;
  for (const part of walk(spec)) {
    if (part.$kind !== 'layer') continue;
    const inside = [...walk(part.config)].some(({ $kind }) => $kind === 'layer');
    if (!inside) count++;
  }
  return Math.max(1, count);
}

/** Whether a spec holds networks. */
export const holdsNetworks = (spec: Spec): boolean => [...walk(spec)].some(({ $kind }) => $kind === 'network');

/** A copy of a spec whose parts, and the parts in them, are linked to other definitions. */
export function relinked<S extends Spec>(spec: S, change: (definition: Definition) => Definition): S {
  const copy = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(copy);
    if (!isObject(value)) return value;
    const copied = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, copy(child)]));
    const definition = (value as Linked)[link];
    return definition ? Object.defineProperty(copied, link, { value: change(definition) }) : copied;
  };
  return copy(spec) as S;
}
