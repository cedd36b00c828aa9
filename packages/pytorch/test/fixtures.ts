import { readdirSync, readFileSync } from 'node:fs';
import { hostNumbers, readSafetensors } from '@diffeo/core';
import type { PyTorchRecipe } from '../src/index.ts';

export type Recipe = PyTorchRecipe;

const folder = new URL('./fixtures/', import.meta.url);

/** The bytes of a fixture, which `make_fixtures.py` wrote. */
export const fixture = (name: string): Uint8Array => readFileSync(new URL(`${name}.safetensors`, folder));

/** The names of all cases. */
export const cases: readonly string[] = readdirSync(folder)
  .filter((file) => file.endsWith('.values.safetensors'))
  .map((file) => file.slice(0, -'.values.safetensors'.length));

/** The numbers of a file by the names of its tensors. */
export function numbersIn(bytes: Uint8Array): (name: string) => Float64Array {
  const { tensors } = readSafetensors(bytes);
  return (name) => {
    const stored = tensors.get(name);
    if (!stored) throw new Error(`there is no ${name} among ${[...tensors.keys()].join(', ')}`);
    return hostNumbers(name, stored);
  };
}
