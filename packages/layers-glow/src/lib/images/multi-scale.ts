import {
  type Bijector,
  type Call,
  callOf,
  type Definition,
  defineLayer,
  fold,
  type InputGradients,
  type Latent,
  type Layout,
  type OutputGradients,
  type Params,
  type Shape,
  type Site,
  sequence,
  sizeOf,
  specOf,
  type Transformed,
} from '@diffeo/core';
import { add, concat, reshape, slice, split, type Tensor } from '@tensorflow/tfjs-core';
import { array, minLength, pipe, strictObject } from 'valibot';

const schema = strictObject({
  /** The layers of each level, in the order in which data meets them. After each level but the last, half splits off. */
  levels: pipe(array(strictObject({ layers: array(specOf('layer')) })), minLength(1)),
});

/** One level: its layers, and what of their output goes on. The last level goes on with nothing. */
interface Level {
  readonly bijector: ReturnType<typeof sequence>;
  readonly shape: Shape;
  /** The size of the last axis that goes on. */
  readonly goesOn: number;
}

const axisSizes = (batch: number, shape: Shape, last: number): number[] => [batch, ...shape.slice(0, -1), last];

/** The first `count` entries of the last axis, and the rest. */
const cut = (x: Tensor, shape: Shape, count: number): readonly [Tensor, Tensor] =>
  split(x, [count, (shape.at(-1) as number) - count], shape.length) as [Tensor, Tensor];

const flat = (x: Tensor, size: number): Tensor => reshape(x, [x.shape[0] as number, size]);

function buildLevels(levels: readonly { readonly layers: readonly unknown[] }[], site: Site): Level[] {
  let shape = site.eventShape;
  return levels.map(({ layers }, i) => {
    const from = shape;
    const built = layers.map((layer, j) => {
      const part = site.build(layer as never, `${i}.${j}`, { eventShape: shape }) as Bijector;
      shape = part.baseShape;
      return part;
    });
    const bijector = sequence(built, from);
    const channels = shape.at(-1);
    if (channels === undefined) return site.fail('splits the last axis of an event and this event has none');
    if (i === levels.length - 1) return { bijector, shape, goesOn: 0 };
    const goesOn = Math.floor(channels / 2);
    if (goesOn === 0) site.fail(`after level ${i + 1} the last axis has one entry, which cannot be split`);
    const level = { bijector, shape, goesOn };
    shape = [...shape.slice(0, -1), goesOn];
    return level;
  });
}

/**
 * Levels of layers, after each of which half of the channels split off (Dinh et al. 2017, "Density estimation using Real
 * NVP", §3.6): a deep flow that works on less and less. Nothing is dropped: what splits off and what is left at the end
 * are joined to one flat base vector, with one named latent for each level, `level 1` first, so that reconstruction is
 * exact and each level can have its own temperature. The first half of the last axis goes on; where it has an odd number
 * of entries, the larger part splits off.
 */
export const multiScale: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-glow/multi-scale',
  version: 1,
  schema,
  build: ({ levels: specs }, site): Bijector<readonly (readonly Params[])[]> => {
    const levels = buildLevels(specs, site);
    const latents: Latent[] = levels.map(({ shape, goesOn }, i) => ({
      name: `level ${i + 1}`,
      size: (sizeOf(shape) / (shape.at(-1) as number)) * ((shape.at(-1) as number) - goesOn),
    }));
    const starts = latents.map((_, i) => latents.slice(0, i).reduce((sum, { size }) => sum + size, 0));
    const inside = (call: Call, i: number): Call => callOf(call, `level ${i}`);

    /** What an image-like tensor has of each level in a flat one, as the level's own layers see it. */
    const restOf = (z: Tensor, i: number): Tensor => {
      const { shape, goesOn } = levels[i] as Level;
      const batch = z.shape[0] as number;
      const run = slice(z, [0, starts[i] as number], [batch, (latents[i] as Latent).size]);
      return reshape(run, axisSizes(batch, shape, (shape.at(-1) as number) - goesOn));
    };
    /** What a level's layers return: what goes on, and the rest. */
    const whole = (next: Tensor | null, z: Tensor, i: number): Tensor =>
      next ? concat([next, restOf(z, i)], (levels[i] as Level).shape.length) : restOf(z, i);
    const joined = (parts: readonly Tensor[]): Tensor =>
      parts.length > 1 ? concat([...parts], 1) : (parts[0] as Tensor);

    type Backward = (
      params: readonly (readonly Params[])[],
      value: Tensor,
      outputGradients: OutputGradients,
      call: Call,
    ) => InputGradients;
    const inverseBackward: Backward = (params, value, { dValue, dLogDet }, call) => {
      const gradients: (readonly [Tensor, Tensor])[] = [];
      let [point, dPoint]: [Tensor | null, Tensor | null] = [null, null];
      for (const [i, { bijector }] of [...levels.entries()].reverse()) {
        const outputGradients = { dValue: whole(dPoint, dValue, i), dLogDet };
        const step = bijector.backwardFromOutput(
          'inverse',
          params[i] ?? [],
          whole(point, value, i),
          outputGradients,
          inside(call, i),
        );
        ({ point, dPoint } = step as InputGradients);
        gradients.push(...(step as InputGradients).gradients);
      }
      return { point: point as Tensor, dPoint: dPoint as Tensor, gradients };
    };
    const forwardBackward: Backward = (params, value, { dValue, dLogDet }, call) => {
      const gradients: (readonly [Tensor, Tensor])[] = [];
      let [point, dPoint] = [value, dValue];
      const flats: [Tensor, Tensor][] = levels.map(({ bijector, shape, goesOn }, i) => {
        const outputGradients = { dValue: dPoint, dLogDet };
        const step = bijector.backwardFromOutput(
          'forward',
          params[i] ?? [],
          point,
          outputGradients,
          inside(call, i),
        ) as InputGradients;
        gradients.push(...step.gradients);
        const [next, rest] = goesOn > 0 ? cut(step.point, shape, goesOn) : [step.point, step.point];
        const [dNext, dRest] = goesOn > 0 ? cut(step.dPoint, shape, goesOn) : [step.dPoint, step.dPoint];
        [point, dPoint] = [next, dNext];
        const { size } = latents[i] as Latent;
        return [flat(rest, size), flat(dRest, size)];
      });
      return {
        point: joined(flats.map(([rest]) => rest)),
        dPoint: joined(flats.map(([, dRest]) => dRest)),
        gradients,
      };
    };

    return {
      eventShape: site.eventShape,
      baseShape: [latents.reduce((sum, { size }) => sum + size, 0)],
      latents,
      contextShape: levels.find(({ bijector }) => bijector.contextShape)?.bijector.contextShape ?? null,
      layout: levels.map(({ bijector }) => bijector.layout) as Layout<readonly (readonly Params[])[]>,
      init: (seed) => levels.map(({ bijector }, i) => bijector.init(fold(seed, i))),
      start: async (params, data) => {
        const started: (readonly Params[])[] = [];
        let reached = data;
        for (const [i, { bijector, shape, goesOn }] of levels.entries()) {
          const own = reached.map((x, call) => ({ x, call: inside(call, i) }));
          const now = (await bijector.start?.(params[i] ?? [], own)) ?? params[i] ?? [];
          started.push(now);
          if (goesOn > 0) {
            reached = reached.map((x, call) => ({
              x: cut(bijector.inverse(now, x, inside(call, i)).value, shape, goesOn)[0],
              call,
            }));
          }
        }
        return started;
      },
      inverse: (params, x, call) => {
        let value = x;
        let logDet: Tensor | null = null;
        const latent: Tensor[] = [];
        for (const [i, { bijector, shape, goesOn }] of levels.entries()) {
          const step = bijector.inverse(params[i] ?? [], value, inside(call, i));
          logDet = logDet ? add(logDet, step.logDet) : step.logDet;
          const [next, rest] = goesOn > 0 ? cut(step.value, shape, goesOn) : [step.value, step.value];
          latent.push(flat(rest, latents[i]?.size ?? 0));
          value = next;
        }
        return { value: joined(latent), logDet: logDet as Tensor };
      },
      forward: (params, z, call) => {
        let value: Tensor | null = null;
        let logDet: Tensor | null = null;
        for (const [i, { bijector }] of [...levels.entries()].reverse()) {
          const step: Transformed = bijector.forward(params[i] ?? [], whole(value, z, i), inside(call, i));
          logDet = logDet ? add(logDet, step.logDet) : step.logDet;
          value = step.value;
        }
        return { value: value as Tensor, logDet: logDet as Tensor };
      },
      backwardFromOutput: (direction, params, value, outputGradients, call) =>
        (direction === 'inverse' ? inverseBackward : forwardBackward)(params, value, outputGradients, call),
    };
  },
});
