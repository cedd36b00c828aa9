import { add, type Tensor, zeros } from '@tensorflow/tfjs-core';
import type { Bijector, Call, Transformed } from './contract.ts';
import { callOf, type Direction, orderOf } from './direction.ts';
import { openTapes } from './engine.ts';
import type { Layout, Params } from './params.ts';
import { recompute, retrace } from './recompute.ts';
import { fold } from './seed.ts';
import type { Shape } from './shape.ts';

type List = readonly Params[];

function store(
  layers: readonly Bijector[],
  params: List,
  point: Tensor,
  call: Call,
  direction: Direction,
): Transformed {
  let value = point;
  let logDet: Tensor | null = null;
  for (const i of orderOf(layers, direction)) {
    const step = (layers[i] as Bijector)[direction](params[i], value, callOf(call, i));
    value = step.value;
    logDet = logDet ? add(logDet, step.logDet) : step.logDet;
  }
  return { value, logDet: logDet ?? zeros([point.shape[0] as number]) };
}

/** A bijector that has what is optional elsewhere. */
type Sequence = Bijector<List> & Required<Pick<Bijector<List>, 'start' | 'retrace'>>;

/** Layers run one after another, as one bijector. `layers[0]` meets data first. */
export function sequence(layers: readonly Bijector[], eventShape: Shape): Sequence {
  const last = layers.at(-1);
  const run = (direction: Direction) => (params: List, point: Tensor, call: Call) =>
    // A second tape means that this gradient is differentiated again, which only stored activations allow.
    call.gradient === 'recompute' && openTapes() < 2 && layers.length > 0
      ? recompute(layers, params, point, call, direction)
      : store(layers, params, point, call, direction);
  return {
    eventShape,
    baseShape: last?.baseShape ?? eventShape,
    contextShape: layers.find(({ contextShape }) => contextShape)?.contextShape ?? null,
    ...(last?.latents && { latents: last.latents }),
    layout: layers.map(({ layout }) => layout) as Layout<List>,
    init: (seed) => layers.map((layer, i) => layer.init(fold(seed, i))),
    start: (params, x, call) => {
      let value = x;
      return layers.map((layer, i) => {
        const inner = callOf(call, i);
        const started = layer.start ? layer.start(params[i], value, inner) : params[i];
        if (i < layers.length - 1) value = layer.inverse(started, value, inner).value;
        return started as Params;
      });
    },
    forward: run('forward'),
    inverse: run('inverse'),
    retrace: (direction, ...rest) => retrace(layers, direction, ...rest),
  };
}
