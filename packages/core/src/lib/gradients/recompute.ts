import { add, clone, mul, sum, type Tensor, zeros, zerosLike } from '@tensorflow/tfjs-core';
import { callOf, type Direction, oppositeOf, orderOf } from '../contract/direction.ts';
import type { Bijector, InputGradients, OutputGradients } from '../contract/parts/bijector.ts';
import type { Call, Transformed } from '../contract/parts/part.ts';
import { leaves, type Params } from '../params/params.ts';
import { copyTensor, differentiate, runDifferentiable, tidied } from './engine.ts';

/** The trainable tensors of a layer and the context, each once: a layer may hold one tensor in several places. */
const sourcesOf = ({ layout }: Bijector, params: Params | undefined, { context }: Call): Tensor[] => [
  ...new Set([
    ...leaves(layout, params).flatMap(({ leaf, tensor }) => (leaf.trainable && tensor ? tensor : [])),
    ...(context ? [context] : []),
  ]),
];

/** Goes back through layers, one at a time, so that memory does not grow with their number. */
export function backwardFromOutput(
  layers: readonly Bijector[],
  direction: Direction,
  params: readonly Params[],
  value: Tensor,
  { dValue, dLogDet }: OutputGradients,
  call: Call,
): InputGradients {
  const gradients = new Map<Tensor, Tensor>();
  let point = copyTensor(value);
  let dPoint = copyTensor(dValue);
  for (const i of orderOf(layers, oppositeOf(direction))) {
    const layer = layers[i] as Bijector;
    const [own, inner] = [params[i], callOf(call, i)];
    const step = tidied((): InputGradients => {
      const found = layer.backwardFromOutput?.(direction, own, point, { dValue: dPoint, dLogDet }, inner);
      if (found) return found;
      // What entered is rebuilt by the opposite direction, and this layer alone is differentiated.
      const before = copyTensor(layer[oppositeOf(direction)](own, point, inner).value);
      const sources = sourcesOf(layer, own, inner);
      const { grads } = differentiate(() => {
        const { value, logDet } = layer[direction](own, before, inner);
        return add(sum(mul(value, dPoint)), sum(mul(logDet, dLogDet)));
      }, [before, ...sources]);
      // Two inputs of one operation may share their gradient's tensor, and each is disposed in its own time.
      const [first, ...rest] = grads.map((slope, k) => clone(slope ?? zerosLike(sources[k - 1] ?? before)));
      return { point: before, dPoint: first as Tensor, gradients: sources.map((of, k) => [of, rest[k] as Tensor]) };
    });
    point.dispose();
    dPoint.dispose();
    ({ point, dPoint } = step);
    for (const [of, gradient] of step.gradients) {
      const sofar = gradients.get(of);
      gradients.set(of, sofar ? add(sofar, gradient) : gradient);
      if (sofar) {
        sofar.dispose();
        gradient.dispose();
      }
    }
  }
  return { point, dPoint, gradients: [...gradients] };
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
    inputs: { point, ...sources } as unknown as Record<string, Tensor>,
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
      save(call.context ? [value, call.context] : [value]);
      return [value, logDet];
    },
    backward: ([dValue, dLogDet], [output, context]) => {
      // The context may have been made inside the gradient, and be gone: what was saved stands for it.
      const saved = context ? { ...call, context } : call;
      const { dPoint, gradients } = backwardFromOutput(
        layers,
        direction,
        params,
        output as Tensor,
        { dValue, dLogDet },
        saved,
      );
      const found = new Map(gradients);
      const ofSources = sources.map((of) => found.get(of === call.context ? (context as Tensor) : of) ?? zerosLike(of));
      return { point: dPoint, ...ofSources } as unknown as Record<string, Tensor>;
    },
  });
  return { value, logDet };
}
