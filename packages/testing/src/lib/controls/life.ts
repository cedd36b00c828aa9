import {
  type Bijector,
  type Definition,
  defineLayer,
  leaf,
  type Shape,
  type Spec,
  type StartingData,
  sizeOf,
} from '@diffeo/core';
import { runningMoments } from '@diffeo/core/starting';
import { add, div, fill, log, mul, neg, slice, sub, sum, type Tensor, tensor, zeros } from '@tensorflow/tfjs-core';
import { anyConfig, brokenLayer, control, type NegativeControl, typeOf } from './broken.ts';
import { irregular } from './irregular.ts';
import { soundAffine } from './sound-affine.ts';

interface StandardParams {
  /** `eventShape`, the mean of the data */
  readonly centre: Tensor | null;
  /** `eventShape`, the deviation from it */
  readonly spread: Tensor | null;
}

async function measured(data: StartingData, shape: Shape): Promise<StandardParams> {
  const moments = runningMoments(sizeOf(shape));
  await data.each(async (x) => moments.add(await x.data()));
  const event = (numbers: Float64Array): Tensor => tensor(Float32Array.from(numbers), [...shape]);
  return { centre: event(moments.mean()), spread: event(moments.deviation().map((deviation) => deviation + 0.1)) };
}

/** A sound layer that starts from data: takes away its mean and divides by its spread. */
const standardising = (eventShape: Shape): Bijector<StandardParams> => {
  const given = leaf(eventShape, { trainable: false, fromData: true });
  const logDet = (spread: Tensor, x: Tensor): Tensor => mul(fill([x.shape[0] as number], 1), sum(log(spread)));
  return {
    eventShape,
    baseShape: eventShape,
    contextShape: null,
    layout: { centre: given, spread: given },
    init: () => ({ centre: null, spread: null }),
    start: async ({ centre, spread }, data) => {
      const now = await measured(data, eventShape);
      return { centre: centre ?? now.centre, spread: spread ?? now.spread };
    },
    forward: (params, z) => {
      const { centre, spread } = params as { centre: Tensor; spread: Tensor };
      return { value: add(mul(z, spread), centre), logDet: logDet(spread, z) };
    },
    inverse: (params, x) => {
      const { centre, spread } = params as { centre: Tensor; spread: Tensor };
      return { value: div(sub(x, centre), spread), logDet: neg(logDet(spread, x)) };
    },
  };
};

/** The first two numbers of each row's context, as a shift of vectors of two. */
const shiftOf = (context: Tensor): Tensor => slice(context, [0, 0], [context.shape[0] as number, 2]);

const conditional = { contextShapes: [[2]] } as const;

/** A sound layer that takes configurations of whatever version for its own. */
function forgiving(): Spec<'layer'> {
  const type = typeOf('reads-what-a-newer-version-saved');
  const definition: Definition<'layer'> = Object.assign(
    defineLayer({ type, version: 1, schema: anyConfig, build: (_, { eventShape }) => soundAffine(eventShape) }),
    { restore: (config: object) => definition(config) },
  );
  return definition();
}

/** Layers that lose themselves between start, saving and context. */
export const lifeControls = (random = irregular()): readonly NegativeControl<'layer'>[] => [
  brokenLayer(
    'is-started-from-the-beginning',
    'start',
    'expected null from init and got a tensor',
    ({ eventShape }) => ({
      ...standardising(eventShape),
      init: () => ({ centre: zeros([...eventShape]), spread: null }),
    }),
  ),
  brokenLayer('never-starts', 'start', 'expected a tensor after the start and got null', ({ eventShape }) => ({
    ...standardising(eventShape),
    start: (params) => params,
  })),
  brokenLayer('starts-again', 'start-once', "'layers.0.spread' after another start: expected", ({ eventShape }) => ({
    ...standardising(eventShape),
    start: (_, data) => measured(data, eventShape),
  })),
  brokenLayer(
    'hides-what-it-was-built-with',
    'save-load',
    'forward.value after loading: expected',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      const secret = 1 + random();
      return {
        ...sound,
        forward: (params, z, call) => {
          const { value, logDet } = sound.forward(params, z, call);
          return { value: mul(value, secret), logDet };
        },
      };
    },
  ),
  brokenLayer(
    'starts-from-the-first-batch-it-sees',
    'save-load',
    'inverse.value after loading: expected',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      let centre: number | null = null;
      return {
        ...sound,
        inverse: (params, x, call) => {
          centre ??= x.dataSync()[0] ?? 0;
          return sound.inverse(params, sub(x, centre), call);
        },
      };
    },
  ),
  control(
    {
      name: 'reads-what-a-newer-version-saved',
      brokenCheck: 'file-refusals',
      finding: 'A file of a newer version: expected DiffeoError NEWER_VERSION, and it was read',
    },
    forgiving(),
  ),
  brokenLayer(
    'uses-a-context-that-it-does-not-declare',
    'context-declared',
    'inverse.value with another context, which it does not declare: expected',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return {
        ...sound,
        inverse: (params, x, call) => sound.inverse(params, call.context ? add(x, shiftOf(call.context)) : x, call),
      };
    },
    conditional,
  ),
  brokenLayer(
    'claims-to-use-the-context',
    'context-declared',
    'It claims to use the context, and declares contextShape null',
    ({ eventShape }) => soundAffine(eventShape),
    {
      ...conditional,
      capabilities: { usesContext: true },
    },
  ),
  brokenLayer(
    'ignores-the-context-that-it-declares',
    'context-reaches',
    'gives the same with two different ones',
    ({ eventShape, contextShape }) => ({ ...soundAffine(eventShape), contextShape }),
    conditional,
  ),
  brokenLayer(
    'cuts-the-context-from-the-gradient',
    'context-reaches',
    'its gradient with respect to it is 0',
    ({ eventShape, contextShape }) => {
      const sound = soundAffine(eventShape);
      const shifted = (x: Tensor, context: Tensor): Tensor => {
        const [first = 0] = context.dataSync();
        return add(x, fill(x.shape, first));
      };
      return {
        ...sound,
        contextShape,
        forward: (params, z, call) => sound.forward(params, shifted(z, neg(call.context as Tensor)), call),
        inverse: (params, x, call) => sound.inverse(params, shifted(x, call.context as Tensor), call),
      };
    },
    conditional,
  ),
];
