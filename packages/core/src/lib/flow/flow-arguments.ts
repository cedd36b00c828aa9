/** What callers give a flow is checked here. */
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { describeValue, shortName } from '../arguments/describe-value.ts';
import {
  anything,
  either,
  type OptionCheck,
  oneOf,
  record,
  required,
  seedNumber,
  tensorOption,
  wholeNumber,
} from '../arguments/option-checks.ts';
import { DiffeoError } from '../contract/error.ts';
import type { Latent } from '../contract/parts/bijector.ts';

const list = (of: string): OptionCheck => ({ test: Array.isArray, expected: `a list of ${of}`, code: 'SPEC' });
const part = (kind: string): OptionCheck => ({
  test: (value) => value !== null,
  expected: `a ${kind}, as its definition gives it when it is called`,
  code: 'SPEC',
});

/** What `flow` takes. Shapes and parts are looked at where they are used. */
export const specChecks = {
  eventShape: required({ ...anything, expected: 'a list of sizes, such as [2]', code: 'SHAPE' }),
  contextShape: anything,
  dequantize: part('dequantizer'),
  layers: required(list('layers, such as [...realNVP()], or [] for the base alone')),
  base: part('base'),
};

const noise = { ...either(seedNumber, tensorOption), code: 'SEED' };
export const startChecks = { context: anything, seed: seedNumber, noise };
/** What a function that gives data to start from yields. */
export const chunkChecks = {
  x: required({ ...anything, expected: 'a tensor of rows', code: 'DATA' }),
  context: anything,
};
export const logProbChecks = { ...startChecks, gradient: oneOf('store', 'checkpoint', 'recompute') };
export const toDataChecks = { context: anything };
export const sampleChecks = {
  count: required(wholeNumber({ code: 'SHAPE' })),
  seed: required(seedNumber),
  context: anything,
  temperature: {
    test: (value: unknown) => typeof value === 'number' || record.test(value),
    expected: 'a number, or an object with one for each latent by name',
    code: 'TEMPERATURE',
  },
};

/** Throws `DATA` unless something can be gone through. */
export function requireChunks<T extends object>(chunks: T): T {
  if (chunks instanceof Object && (Symbol.asyncIterator in chunks || Symbol.iterator in chunks)) return chunks;
  throw new DiffeoError(
    'DATA',
    `start: a function in the place of data gives chunks { x, context } to go through, such as a generator does; got ${describeValue(chunks)}`,
  );
}

export function requireCount(count: number, what: string): void {
  if (Number.isSafeInteger(count) && count >= 0) return;
  throw new DiffeoError('SHAPE', `${what} must be a whole number of 0 or more; got ${describeValue(count)}`);
}

/** A temperature for all, or `[size]`, one for each number of the base. */
export function temperatures(
  temperature: number | Readonly<Record<string, number>> | undefined,
  latents: readonly Latent[],
): number | Tensor {
  const require = (value: number): number => {
    if (Number.isFinite(value) && value >= 0) return value;
    throw new DiffeoError('TEMPERATURE', `a temperature is a finite number of 0 or more; got ${describeValue(value)}`);
  };
  if (temperature === undefined) return 1;
  if (typeof temperature === 'number') return require(temperature);
  const unknown = Object.keys(temperature).find((name) => !latents.some((latent) => latent.name === name));
  if (unknown !== undefined) {
    const names = latents.map(({ name }) => name).join(', ');
    throw new DiffeoError('TEMPERATURE', `there is no latent '${shortName(unknown)}'; this flow has: ${names}`);
  }
  return tensor1d(latents.flatMap(({ name, size }) => Array<number>(size).fill(require(temperature[name] ?? 1))));
}
