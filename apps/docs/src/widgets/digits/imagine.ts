import { DiffeoError, type Flow, type FlowParams, load } from '@diffeo/core';
import { interpolate, moveAlong, sample } from '@diffeo/trainer';
import { oneHot, slice, type Tensor, tensor, tensor1d, tidy, tile } from '@tensorflow/tfjs-core';
import type { DigitFacts } from './digit-facts.ts';
import { classes, digitDefinitions, levels, side } from './digit-model.ts';

/** Digits in a row, each as its pixels from 0 (paper) to 1 (ink), row by row. */
export type Strip = readonly Float32Array[];

/** The committed flow, and what was found out about it when it was trained. */
export interface DigitModel {
  readonly model: Flow;
  readonly params: FlowParams;
  readonly facts: DigitFacts;
}

const pixelCount = side * side;

/** Reads the committed flow. */
export function loadDigits(bytes: Uint8Array): DigitModel {
  const { model, params, metadata } = load(bytes, { definitions: digitDefinitions });
  const facts = metadata['facts'];
  if (facts === undefined) throw new DiffeoError('FILE', 'the file of digits says nothing of their directions');
  return { model, params, facts: JSON.parse(facts) as DigitFacts };
}

const stripOf = (values: Float32Array): Strip =>
  Array.from({ length: values.length / pixelCount }, (_, i) =>
    values.slice(i * pixelCount, (i + 1) * pixelCount).map((value) => value / (levels - 1)),
  );

const images = (digits: readonly (readonly number[])[]): Tensor =>
  tensor(digits.flat(), [digits.length, side, side, 1]);

/** The context of digits: which each is, as one number of ten that is 1. */
async function withClass<T>(digits: readonly number[], use: (context: Tensor) => Promise<T>): Promise<T> {
  const context = tidy(() => oneHot(tensor1d([...digits], 'int32'), classes));
  try {
    return await use(context);
  } finally {
    context.dispose();
  }
}

/** New digits of one class. */
export const drawSamples = (
  { model, params }: DigitModel,
  digit: number,
  count: number,
  temperature: number,
  seed: number,
): Promise<Strip> =>
  withClass([digit], async (context) => stripOf(await sample(model, params, { count, seed, temperature, context })));

/** One latent as each of the ten digits: what stays the same is the hand. */
export async function sameHand({ model, params }: DigitModel, temperature: number, seed: number): Promise<Strip> {
  const all = Array.from({ length: classes }, (_, digit) => digit);
  return await withClass(all, async (context) => {
    const x = tidy(() => {
      const one = model.drawBase(params, {
        count: 1,
        seed,
        temperature,
        context: slice(context, [0, 0], [1, classes]),
      });
      return model.toData(params, tile(one, [classes, ...model.baseShape.map(() => 1)]), { context });
    });
    const values = (await x.data()) as Float32Array;
    x.dispose();
    return stripOf(values);
  });
}

/** From one real digit to another of the same class, through the latents. */
export async function between({ model, params, facts }: DigitModel, digit: number, steps: number): Promise<Strip> {
  const [from, to] = facts.examples[digit] as [number[], number[]];
  return await withClass([digit], async (context) => {
    const [begin, end] = [images([from]), images([to])];
    try {
      return stripOf(await interpolate(model, params, { x: begin, context }, { x: end, context }, { steps }));
    } finally {
      for (const tensor of [begin, end]) tensor.dispose();
    }
  });
}

/** A real digit along the direction of an attribute. */
export async function along(
  { model, params, facts }: DigitModel,
  digit: number,
  attribute: string,
  amounts: readonly number[],
): Promise<Strip> {
  const [from] = facts.examples[digit] as [number[], number[]];
  const direction = Float32Array.from(facts.directions[attribute] ?? []);
  return await withClass([digit], async (context) => {
    const x = images([from]);
    try {
      return stripOf(await moveAlong(model, params, { x, context }, direction, amounts));
    } finally {
      x.dispose();
    }
  });
}
