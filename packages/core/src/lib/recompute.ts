import { add, clone, mul, sum, type Tensor, zeros, zerosLike } from '@tensorflow/tfjs-core';
import type { Bijector, Call, Retraced, Slopes, Transformed } from './contract.ts';
import { callOf, type Direction, oppositeOf, orderOf } from './direction.ts';
import { copyTensor, differentiate, runDifferentiable, tidied } from './engine.ts';
import { leaves, type Params } from './params.ts';

/** The trainable tensors of a layer and the context. A layer may hold one tensor in several places. */
const sourcesOf = ({ layout }: Bijector, params: Params | undefined, { context }: Call): Tensor[] => [
  ...leaves(layout, params).flatMap(({ leaf, tensor }) => (leaf.trainable && tensor ? tensor : [])),
  ...(context ? [context] : []),
];

/** Goes back through one layer: rebuilds what entered by the opposite direction, and differentiates that layer alone. */
function retraceLayer(
  layer: Bijector,
  direction: Direction,
  params: Params | undefined,
  value: Tensor,
  slopes: Slopes,
  call: Call,
): Retraced {
  const found = layer.retrace?.(direction, params, value, slopes, call);
  if (found) return found;
  const point = copyTensor(layer[oppositeOf(direction)](params, value, call).value);
  const sources = sourcesOf(layer, params, call);
  const { grads } = differentiate(() => {
    const { value, logDet } = layer[direction](params, point, call);
    return add(sum(mul(value, slopes.dValue)), sum(mul(logDet, slopes.dLogDet)));
  }, [point, ...sources]);
  // Two inputs of one operation may share their gradient's tensor, and each is disposed in its own time.
  const [dPoint, ...rest] = grads.map((slope, k) => clone(slope ?? zerosLike(sources[k - 1] ?? point)));
  return { point, dPoint: dPoint as Tensor, gradients: new Map(sources.map((of, k) => [of, rest[k] as Tensor])) };
}

/** Goes back through layers, one at a time, so that memory does not grow with their number. */
export function retrace(
  layers: readonly Bijector[],
  direction: Direction,
  params: readonly Params[],
  value: Tensor,
  { dValue, dLogDet }: Slopes,
  call: Call,
): Retraced {
  const gradients = new Map<Tensor, Tensor>();
  let point = copyTensor(value);
  let dPoint = copyTensor(dValue);
  for (const i of orderOf(layers, oppositeOf(direction))) {
    const [before, slope, pairs] = tidied(() => {
      const slopes = { dValue: dPoint, dLogDet };
      const step = retraceLayer(layers[i] as Bijector, direction, params[i], point, slopes, callOf(call, i));
      return [step.point, step.dPoint, [...step.gradients]] as const;
    });
    point.dispose();
    dPoint.dispose();
    [point, dPoint] = [before, slope];
    // Layers may share a parameter.
    for (const [of, gradient] of pairs) {
      const sofar = gradients.get(of);
      gradients.set(of, sofar ? add(sofar, gradient) : gradient);
      if (sofar) {
        sofar.dispose();
        gradient.dispose();
      }
    }
  }
  return { point, dPoint, gradients };
}

/**
 * Runs layers with gradients whose memory does not grow with depth (Gomez et al. 2017, "The reversible residual
 * network"): only the outputs are kept; the backward pass goes back through the layers from there.
 */
export function recompute(
  layers: readonly Bijector[],
  params: readonly Params[],
  point: Tensor,
  call: Call,
  direction: Direction,
): Transformed {
  const sources = [...new Set(layers.flatMap((layer, i) => sourcesOf(layer, params[i], call)))];
  const [value, logDet] = runDifferentiable<Record<string, Tensor>, readonly [Tensor, Tensor]>({
    inputs: { point, ...Object.fromEntries(sources.entries()) },
    forward: (_, save) => {
      let [value, logDet] = [copyTensor(point), zeros([point.shape[0] as number])];
      for (const i of orderOf(layers, direction)) {
        const before = [value, logDet] as const;
        [value, logDet] = tidied(() => {
          const step = (layers[i] as Bijector)[direction](params[i], value, callOf(call, i));
          return [copyTensor(step.value), add(logDet, step.logDet)];
        });
        for (const tensor of before) tensor.dispose();
      }
      save([value]);
      return [value, logDet];
    },
    backward: ([dValue, dLogDet], [output]) => {
      const found = retrace(layers, direction, params, output as Tensor, { dValue, dLogDet }, call);
      return {
        point: found.dPoint,
        ...Object.fromEntries([...sources.entries()].map(([i, of]) => [i, found.gradients.get(of) ?? zerosLike(of)])),
      };
    },
  });
  return { value, logDet };
}
