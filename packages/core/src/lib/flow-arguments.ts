/** What callers give a flow is checked here. */
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import type { Latent } from './contract.ts';
import { DiffeoError } from './error.ts';
import { areSizes, type Shape, sizeOf } from './shape.ts';

/** Far above any event and far below what would exhaust memory while a model from a file is built. */
const largestEvent = 2 ** 24;

export function requireShape(shape: Shape, what: string): void {
  if (areSizes(shape, 1) && sizeOf(shape) <= largestEvent) return;
  throw new DiffeoError(
    'SHAPE',
    `${what} must be a list of whole numbers above 0 with a product of at most ${largestEvent}; got ${JSON.stringify(shape)}`,
  );
}

export function requireCount(count: number, what: string): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new DiffeoError('SHAPE', `${what} must be a whole number of 0 or more; got ${count}`);
}

/** A temperature for all, or `[size]`, one for each number of the base. */
export function temperatures(
  temperature: number | Readonly<Record<string, number>> | undefined,
  latents: readonly Latent[],
): number | Tensor {
  const require = (value: number): number => {
    if (Number.isFinite(value) && value >= 0) return value;
    throw new DiffeoError('TEMPERATURE', `a temperature is a finite number of 0 or more; got ${value}`);
  };
  if (temperature === undefined) return 1;
  if (typeof temperature === 'number') return require(temperature);
  const unknown = Object.keys(temperature).find((name) => !latents.some((latent) => latent.name === name));
  if (unknown !== undefined) {
    const names = latents.map(({ name }) => name).join(', ');
    throw new DiffeoError('TEMPERATURE', `there is no latent '${unknown}'; this flow has: ${names}`);
  }
  return tensor1d(latents.flatMap(({ name, size }) => Array<number>(size).fill(require(temperature[name] ?? 1))));
}
