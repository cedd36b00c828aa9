import {
  disposeParams,
  type FlowParams,
  fold,
  leaves,
  mapParams,
  normal,
  type Params,
  type Seed,
  sizeOf,
  uniform,
} from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { add, keep, mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { randomiseParams } from './numeric/randomise-params.ts';
import type { RowMap, Subject } from './subject.ts';

/** A subject with parameters: started where it starts from data, and moved away from its initial values. */
export interface Trial extends Subject {
  /** Made when first asked for, so that a check which does not need them can say what is wrong with them. */
  readonly params: FlowParams;
}

/** A batch on the host: the rows of a map's input and of the context that goes with them. */
export interface Points {
  readonly rows: number;
  readonly values: Float32Array;
  /** `null` where the place has no context. */
  readonly context: Float32Array | null;
}

/** A batch on the device. */
export interface Entered {
  readonly point: Tensor;
  readonly context: Tensor | null;
}

const hostValues = (make: () => Tensor): Float32Array => {
  const made = tidied(make);
  const values = made.dataSync().slice() as Float32Array;
  made.dispose();
  return values;
};

const contextSeed = ({ place }: Subject, label: string): Seed => fold(fold(place.seed, 'context'), label);

/** Context for as many rows, on the device, as calls and models take it; empty where there is none. */
export const drawContext = (subject: Subject, rows: number, label: string): { readonly context?: Tensor } => {
  const { contextShape } = subject.place;
  return contextShape ? { context: normal([rows, ...contextShape], contextSeed(subject, label)) } : {};
};

/** Random rows for a map, and context. `label` tells draws apart. */
export function drawPoints(subject: Subject, map: RowMap, rows: number, label: string): Points {
  const seed = fold(fold(subject.place.seed, 'points'), label);
  const shape = [rows, ...map.rowShape];
  const { contextShape } = subject.place;
  const values = hostValues(() => {
    if (!map.interval) return mul(normal(shape, seed), 1.5);
    const [low, high] = map.interval;
    const width = high - low;
    return add(mul(uniform(shape, seed), 0.96 * width), low + 0.02 * width);
  });
  return {
    rows,
    values,
    context: contextShape && hostValues(() => drawContext(subject, rows, label).context as Tensor),
  };
}

/** The batch made of these rows of another, in this order. */
export function takeRows({ rows, values, context }: Points, chosen: readonly number[]): Points {
  const pick = (from: Float32Array): Float32Array => {
    const size = from.length / rows;
    const picked = new Float32Array(chosen.length * size);
    for (const [to, row] of chosen.entries()) picked.set(from.subarray(row * size, row * size + size), to * size);
    return picked;
  };
  return { rows: chosen.length, values: pick(values), context: context && pick(context) };
}

/** Puts a copy of a batch on the device. The caller owns the tensors. */
export const enter = ({ place }: Subject, map: RowMap, { rows, values, context }: Points): Entered => ({
  point: tensor(values.slice(), [rows, ...map.rowShape], 'float32'),
  context: context && place.contextShape && tensor(context.slice(), [rows, ...place.contextShape], 'float32'),
});

/** Rows that a part starts from, where it starts from data. */
const startRows = 64;

/** Initial parameters, started if the part starts from data. The caller owns them. */
export function startedParams(subject: Subject): FlowParams {
  const { model, maps, place } = subject;
  return tidied(() => {
    const first = model.init(place.seed);
    if (!leaves(model.layout, first).some(({ leaf }) => leaf.fromData)) return first;
    const map = maps.at(-1) as RowMap;
    const { point, context } = enter(subject, map, drawPoints(subject, map, startRows, 'start'));
    return model.start(first, point, { ...(context && { context }) });
  });
}

function makeParams(subject: Subject): FlowParams {
  const { model, place, settings, depth } = subject;
  // Stretching multiplies from layer to layer: kept to what one layer does, so that rounding is not amplified by depth.
  const scale = settings.perturbation / Math.sqrt(depth);
  const made = tidied(() => randomiseParams(model.layout, startedParams(subject), fold(place.seed, 'params'), scale));
  // A check may ask for them inside a tidy.
  return mapParams(model.layout, made, (leaf) => leaf && keep(leaf));
}

/** Runs `check` on a subject with parameters of its own, made on the current backend and disposed afterwards. */
export async function withTrial<T>(subject: Subject, check: (trial: Trial) => T | Promise<T>): Promise<T> {
  let params: FlowParams | null = null;
  const trial: Trial = {
    ...subject,
    get params() {
      params ??= makeParams(subject);
      return params;
    },
  };
  try {
    return await check(trial);
  } finally {
    if (params) disposeParams(subject.model.layout, params);
  }
}

/** How many numbers one row of a map's input holds. */
export const widthOf = (map: RowMap): number => sizeOf(map.rowShape);

/** The leaves of a tree with their numbers on the host; `null` for one that has not started. */
export const hostLeaves = (trial: Subject, params: FlowParams): ReadonlyMap<string, Float32Array | null> =>
  new Map(
    leaves(trial.model.layout, params as unknown as Params).map(({ path, tensor: leaf }) => [
      path,
      leaf && Float32Array.from(leaf.dataSync()),
    ]),
  );
