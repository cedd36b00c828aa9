import { add, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { requireTensor } from '../arguments/require-tensor.ts';
import { floatCall } from '../contract/call-context.ts';
import { callOf, type Direction, inOrder } from '../contract/direction.ts';
import type { Bijector } from '../contract/parts/bijector.ts';
import type { Call, Transformed } from '../contract/parts/part.ts';
import { type Shape, sameShape } from '../contract/shape.ts';
import { composedSupport } from '../contract/support.ts';
import { openTapes } from '../gradients/engine.ts';
import { backwardFromOutput, recompute } from '../gradients/recompute.ts';
import { type Layout, leaves, type Params } from '../params/params.ts';
import { fold } from '../params/seed.ts';

type List = readonly Params[];

/** A layer, or two neighbours and the map that they make together. */
interface Step {
  readonly at: readonly number[];
  readonly both: Bijector | null;
}

function stepsOf(layers: readonly Bijector[]): Step[] {
  const steps: Step[] = [];
  for (let i = 0; i < layers.length; i++) {
    const next = layers[i + 1]?.fusion;
    const both = (next && layers[i]?.fusion?.fuseWith?.(next)) ?? null;
    steps.push(both ? { at: [i, ++i], both } : { at: [i], both });
  }
  return steps;
}

/** Whether a fused map may run. Where it may not, the layers themselves say what is wrong. */
const fits = (both: Bijector, params: List, { shape }: Tensor, direction: Direction): boolean =>
  (shape[0] as number) > 0 &&
  sameShape(shape.slice(1), direction === 'inverse' ? both.eventShape : both.baseShape) &&
  leaves(both.layout, params).every(({ tensor }) => tensor);

/** A bijector that has what is optional elsewhere. */
type Sequence = Bijector<List> &
  Required<Pick<Bijector<List>, 'start' | 'backwardFromOutput' | 'support'>> & {
    /** The value of `forward` alone: nobody asks how much samples were stretched. */
    decode(params: List, z: Tensor, call: Call): Tensor;
  };

/**
 * Layers run one after another, as one bijector. `layers[0]` meets data first.
 *
 * @param nameOf what errors call the layer of that number
 * @throws DiffeoError `SUPPORT` where a layer does not take the numbers that the next one gives
 */
export function sequence(
  layers: readonly Bijector[],
  eventShape: Shape,
  nameOf: (index: number) => string = (index) => `layers.${index}`,
): Sequence {
  const support = composedSupport(layers, nameOf);
  const last = layers.at(-1);
  const steps = stepsOf(layers);
  /** Runs the layers and returns the value; each log-determinant goes to `takeLogDet`. */
  function walk(
    params: List,
    point: Tensor,
    call: Call,
    direction: Direction,
    takeLogDet?: (logDet: Tensor) => void,
  ): Tensor {
    let value = point;
    const take = (step: Transformed): void => {
      value = step.value;
      takeLogDet?.(step.logDet);
    };
    for (const { at, both } of inOrder(steps, direction)) {
      const own = at.map((i) => params[i] as Params);
      if (both && fits(both, own, value, direction)) take(both[direction](own, value, call));
      else
        for (const i of inOrder(at, direction))
          take((layers[i] as Bijector)[direction](params[i], value, callOf(call, i)));
    }
    return value;
  }
  function store(params: List, point: Tensor, call: Call, direction: Direction): Transformed {
    let logDet: Tensor | null = null;
    const value = walk(params, point, call, direction, (own) => {
      logDet = logDet ? add(logDet, own) : own;
    });
    return { value, logDet: logDet ?? zeros([point.shape[0] as number]) };
  }
  const run = (direction: Direction) => (params: List, given: Tensor, called: Call) => {
    const [point, call] = [requireTensor(given, direction), floatCall(called, direction)];
    // A second tape means that this gradient is differentiated again, which only stored activations allow.
    return call.gradient === 'recompute' && openTapes() < 2 && layers.length > 0
      ? recompute(layers, params, point, call, direction)
      : store(params, point, call, direction);
  };
  return {
    eventShape,
    baseShape: last?.baseShape ?? eventShape,
    contextShape: layers.find(({ contextShape }) => contextShape)?.contextShape ?? null,
    ...(last?.latents && { latents: last.latents }),
    support,
    layout: layers.map(({ layout }) => layout) as Layout<List>,
    init: (seed) => layers.map((layer, i) => layer.init(fold(seed, i))),
    start: async (params, data) => {
      const started: Params[] = [];
      let reached = data;
      for (const [i, layer] of layers.entries()) {
        const own = reached.map((x, call) => ({ x, call: callOf(call, i) }));
        const now = (layer.start ? await layer.start(params[i], own) : params[i]) as Params;
        started.push(now);
        reached = reached.map((x, call) => ({ x: layer.inverse(now, x, callOf(call, i)).value, call }));
      }
      return started;
    },
    forward: run('forward'),
    inverse: run('inverse'),
    decode: (params, z, call) => walk(params, z, call, 'forward'),
    backwardFromOutput: (direction, ...rest) => backwardFromOutput(layers, direction, ...rest),
  };
}
