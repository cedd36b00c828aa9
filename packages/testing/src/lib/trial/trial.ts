import {
  disposeParams,
  type FlowParams,
  fold,
  leaves,
  normal,
  type Params,
  type Seed,
  sizeOf,
  uniform,
} from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { add, mul, type Tensor, tensor } from '@tensorflow/tfjs-core';
import { randomiseParams } from '../numeric/randomise-params.ts';
import { fromNormals, isBounded, type Points, type Side } from './points.ts';
import type { Subject } from './subject.ts';

/** A subject with parameters: started where it starts from data, and moved away from its initial values. */
export interface Trial extends Subject {
  /** Throws what making them threw, so that a check which does not need them can say what is wrong with them. */
  readonly params: FlowParams;
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

/** Random rows for one side of a map, and context. `label` tells draws apart. */
export function drawPoints(subject: Subject, side: Side, rows: number, label: string): Points {
  const seed = fold(fold(subject.place.seed, 'points'), label);
  const shape = [rows, ...side.rowShape];
  const { contextShape } = subject.place;
  const values = hostValues(() => {
    if (!side.interval || !isBounded(side.interval)) return fromNormals(side.interval, normal(shape, seed));
    const [low, high] = side.interval;
    const width = high - low;
    return add(mul(uniform(shape, seed), 0.96 * width), low + 0.02 * width);
  });
  return {
    rows,
    values,
    context: contextShape && hostValues(() => drawContext(subject, rows, label).context as Tensor),
  };
}

/** Puts a copy of a batch on the device. The caller owns the tensors. */
export const enter = ({ place }: Subject, side: Side, { rows, values, context }: Points): Entered => ({
  point: tensor(values.slice(), [rows, ...side.rowShape], 'float32'),
  context: context && place.contextShape && tensor(context.slice(), [rows, ...place.contextShape], 'float32'),
});

/** Rows that a part starts from, where it starts from data. */
const startRows = 64;

/** Initial parameters, started if the part starts from data. The caller owns them. */
async function startedParams(subject: Subject): Promise<FlowParams> {
  const { model, place } = subject;
  const first = model.init(place.seed);
  if (!leaves(model.layout, first).some(({ leaf }) => leaf.fromData)) return first;
  const started = await startOn(subject, first, startRows, 'start');
  disposeNew(subject, first, started);
  return started;
}

/** Starts parameters from random rows; `label` tells draws apart. What has started stays the tensor that it was. */
export async function startOn(subject: Subject, params: FlowParams, rows: number, label: string): Promise<FlowParams> {
  const { point, context } = enter(subject, subject.data, drawPoints(subject, subject.data, rows, label));
  try {
    return await subject.model.start(params, point, { ...(context && { context }) });
  } finally {
    point.dispose();
    context?.dispose();
  }
}

/** Disposes the tensors of a tree that are not another's. */
export function disposeNew({ model }: Subject, params: FlowParams, others: FlowParams): void {
  const kept = new Set(leaves(model.layout, others).map(({ tensor }) => tensor));
  for (const { tensor } of leaves(model.layout, params)) if (!kept.has(tensor)) tensor?.dispose();
}

async function makeParams(subject: Subject): Promise<FlowParams> {
  const { model, place, settings, depth } = subject;
  // Stretching multiplies from layer to layer: kept to what one layer does, so that rounding is not amplified by depth.
  const scale = settings.perturbation / Math.sqrt(depth);
  const started = await startedParams(subject);
  const made = tidied(() => randomiseParams(model.layout, started, fold(place.seed, 'params'), scale));
  disposeNew(subject, started, made);
  return made;
}

/** Runs `check` on a subject with parameters of its own, made on the current backend and disposed afterwards. */
export async function withTrial<T>(subject: Subject, check: (trial: Trial) => T | Promise<T>): Promise<T> {
  const made = await makeParams(subject).then(
    (params) => ({ params }),
    (problem: unknown) => ({ problem }),
  );
  const trial: Trial = {
    ...subject,
    get params() {
      if ('problem' in made) throw made.problem;
      return made.params;
    },
  };
  try {
    return await check(trial);
  } finally {
    if ('params' in made) disposeParams(subject.model.layout, made.params);
  }
}

/** How many numbers one row holds. */
export const widthOf = ({ rowShape }: Side): number => sizeOf(rowShape);

/** The leaves of a tree with their numbers on the host; `null` for one that has not started. */
export const hostLeaves = (trial: Subject, params: FlowParams): ReadonlyMap<string, Float32Array | null> =>
  new Map(
    leaves(trial.model.layout, params as unknown as Params).map(({ path, tensor: leaf }) => [
      path,
      leaf && Float32Array.from(leaf.dataSync()),
    ]),
  );

/** The numbers of each leaf by its path within the part, as references and claims take them. */
export function valuesByPath(trial: Subject, params: FlowParams): ReadonlyMap<string, Float64Array> {
  const within = trial.kind === 'layer' ? 'layers.0.' : 'base.';
  const found = new Map<string, Float64Array>();
  for (const [path, values] of hostLeaves(trial, params)) {
    if (path.startsWith(within)) found.set(path.slice(within.length), Float64Array.from(values ?? []));
  }
  return found;
}
