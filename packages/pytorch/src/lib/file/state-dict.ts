import { DiffeoError, type HostTensor, hostFloats, hostNumbers, type Shape } from '@diffeo/core';
import { shortName } from '@diffeo/core/arguments';

/** The numbers of a tensor on the host, row-major. */
export interface Numbers {
  readonly shape: Shape;
  readonly values: Float64Array;
}

/** A module's part of a state dict. What is taken from it counts as used, and the rest is named at the end. */
export interface StateDict {
  /** What the names of its tensors begin with, such as `_transform._transforms.0`; empty for all of them. */
  readonly path: string;
  has(name: string): boolean;
  /** @throws DiffeoError `MISSING_TENSOR`, `NOT_FINITE`, `OVERFLOW` */
  take(name: string): Numbers;
  /** A submodule's part. */
  at(name: string): StateDict;
  /** The names of submodules and tensors right below: numbered ones by their numbers, others in the order of the file. */
  children(): readonly string[];
  /** The names of all tensors below, whole, in the same order. */
  names(): readonly string[];
}

const isNumber = (name: string | undefined): boolean => /^\d+$/.test(name ?? '');

/**
 * Names in the order of their modules. Files have them sorted as text, where `net.10` comes before `net.2`: numbered modules go by their
 * numbers, and others as the file has them.
 */
function inOrder(names: readonly string[]): string[] {
  const places = new Map<string, number>();
  const split = names.map((name) => name.split('.'));
  for (const parts of split) {
    for (let k = 1; k <= parts.length; k++) {
      const start = parts.slice(0, k).join('.');
      if (!places.has(start)) places.set(start, places.size);
    }
  }
  const placeOf = (parts: readonly string[], k: number): number => places.get(parts.slice(0, k + 1).join('.')) ?? -1;
  return split
    .sort((a, b) => {
      const k = a.findIndex((part, i) => part !== b[i]);
      if (k < 0) return a.length - b.length;
      if (isNumber(a[k]) && isNumber(b[k])) return Number(a[k]) - Number(b[k]);
      return placeOf(a, k) - placeOf(b, k);
    })
    .map((parts) => parts.join('.'));
}

/** The tensors of a file as a state dict, and the names of those that nobody took. */
export function stateDictOf(tensors: ReadonlyMap<string, HostTensor>): {
  root: StateDict;
  unused(): readonly string[];
} {
  const taken = new Set<string>();
  const all = inOrder([...tensors.keys()]);
  function part(path: string): StateDict {
    const whole = (name: string): string => (path ? `${path}.${name}` : name);
    const names = () => all.filter((name) => path === '' || name.startsWith(`${path}.`));
    return {
      path,
      names,
      has: (name) => tensors.has(whole(name)) || [...tensors.keys()].some((key) => key.startsWith(`${whole(name)}.`)),
      at: (name) => part(whole(name)),
      children: () => [
        ...new Set(names().map((name) => name.slice(path ? path.length + 1 : 0).split('.', 1)[0] as string)),
      ],
      take: (name) => {
        const key = whole(name);
        const stored = tensors.get(key);
        if (!stored) throw new DiffeoError('MISSING_TENSOR', `the file has no tensor '${shortName(key)}'`);
        taken.add(key);
        hostFloats(key, stored); // what float32 cannot hold is refused here, by its name
        const values = hostNumbers(key, stored);
        const at = values.findIndex((value) => !Number.isFinite(value));
        if (at >= 0) throw new DiffeoError('NOT_FINITE', `'${shortName(key)}' holds ${values[at]} at position ${at}`);
        return { shape: stored.shape, values };
      },
    };
  }
  return { root: part(''), unused: () => [...tensors.keys()].filter((name) => !taken.has(name)) };
}

/** The numbers of a vector of whole numbers, such as a permutation or the columns of a mask. */
export const takeIndices = (dict: StateDict, name: string): number[] => [...dict.take(name).values];
