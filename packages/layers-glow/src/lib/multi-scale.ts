import {
  type Bijector,
  type Call,
  type Definition,
  defineLayer,
  fold,
  type Latent,
  type Layout,
  type Params,
  type Shape,
  type Site,
  sequence,
  sizeOf,
  specOf,
} from '@diffeo/core';
import { add, concat, reshape, slice, type Tensor } from '@tensorflow/tfjs-core';
import { array, minLength, pipe, strictObject } from 'valibot';

const schema = strictObject({
  /** The layers of each level, in the order in which data meets them. After each level but the last, half splits off. */
  levels: pipe(array(strictObject({ layers: array(specOf('layer')) })), minLength(1)),
});

/** One level: its layers, and what of their output goes on. The last level goes on with nothing. */
interface Level {
  readonly bijector: Bijector<readonly Params[]>;
  readonly shape: Shape;
  /** The size of the last axis that goes on. */
  readonly goesOn: number;
}

const axisSizes = (batch: number, shape: Shape, last: number): number[] => [batch, ...shape.slice(0, -1), last];

/** The first `count` entries of the last axis, and the rest. */
function cut(x: Tensor, shape: Shape, count: number): readonly [Tensor, Tensor] {
  const batch = x.shape[0] as number;
  const begin = (at: number) => [...shape.map(() => 0), at];
  const rest = (shape.at(-1) as number) - count;
  return [slice(x, begin(0), axisSizes(batch, shape, count)), slice(x, begin(count), axisSizes(batch, shape, rest))];
}

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
    const inside = (call: Call, i: number): Call =>
      call.seed === undefined ? call : { ...call, seed: fold(call.seed, `level ${i}`) };
    return {
      eventShape: site.eventShape,
      baseShape: [latents.reduce((sum, { size }) => sum + size, 0)],
      latents,
      contextShape: levels.find(({ bijector }) => bijector.contextShape)?.bijector.contextShape ?? null,
      layout: levels.map(({ bijector }) => bijector.layout) as Layout<readonly (readonly Params[])[]>,
      init: (seed) => levels.map(({ bijector }, i) => bijector.init(fold(seed, i))),
      start: (params, x, call) => {
        let value = x;
        return levels.map(({ bijector, shape, goesOn }, i) => {
          const started = bijector.start?.(params[i] ?? [], value, inside(call, i)) ?? params[i] ?? [];
          if (goesOn > 0) [value] = cut(bijector.inverse(started, value, inside(call, i)).value, shape, goesOn);
          return started;
        });
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
        return { value: latent.length > 1 ? concat(latent, 1) : (latent[0] as Tensor), logDet: logDet as Tensor };
      },
      forward: (params, z, call) => {
        const batch = z.shape[0] as number;
        let value: Tensor | null = null;
        let logDet: Tensor | null = null;
        for (const [i, { bijector, shape, goesOn }] of [...levels.entries()].reverse()) {
          const { size } = latents[i] as Latent;
          const last = (shape.at(-1) as number) - goesOn;
          const rest = reshape(slice(z, [0, starts[i] as number], [batch, size]), axisSizes(batch, shape, last));
          const whole: Tensor = value ? concat([value, rest], shape.length) : rest;
          const step = bijector.forward(params[i] ?? [], whole, inside(call, i));
          logDet = logDet ? add(logDet, step.logDet) : step.logDet;
          value = step.value;
        }
        return { value: value as Tensor, logDet: logDet as Tensor };
      },
    };
  },
});
