import { add, clone, mul, sum, type Tensor, zeros, zerosLike } from '@tensorflow/tfjs-core';
import type { Bijector, Call, Transformed } from './contract.ts';
import { callOf, type Direction, orderOf } from './direction.ts';
import { copyTensor, differentiate, runDifferentiable, tidied } from './engine.ts';
import { leaves, type Params } from './params.ts';

/** A layer's input, rebuilt, and the gradients at it: the input's own, its parameters', the context's. */
type Rebuilt = { before: Tensor; grads: (Tensor | null)[] };

/** Gradients summed by the tensor they belong to, so that layers may share a parameter. Disposes what it adds up. */
function accumulator() {
  const sums = new Map<string, Tensor>();
  return {
    add(name: string, gradient: Tensor): void {
      const before = sums.get(name);
      sums.set(name, before ? add(before, gradient) : gradient);
      if (before) {
        before.dispose();
        gradient.dispose();
      }
    },
    get: (name: string): Tensor | undefined => sums.get(name),
  };
}

/**
 * Runs layers with gradients whose memory does not grow with depth (Gomez et al. 2017, "The reversible residual
 * network"): only the outputs are kept; the backward pass rebuilds each layer's input by the opposite direction and
 * differentiates that layer alone.
 */
export function recompute(
  layers: readonly Bijector[],
  params: readonly Params[],
  point: Tensor,
  call: Call,
  direction: Direction,
): Transformed {
  const opposite = direction === 'inverse' ? 'forward' : 'inverse';
  const order = orderOf(layers, direction);
  const batch = point.shape[0] as number;
  const { context } = call;
  const run = (i: number, way: Direction, from: Tensor): Transformed =>
    (layers[i] as Bijector)[way](params[i], from, callOf(call, i));

  const names = new Map<Tensor, string>();
  const trainable = layers.map((layer, i) =>
    leaves(layer.layout, params[i]).flatMap(({ leaf, tensor }) => (leaf.trainable && tensor ? [tensor] : [])),
  );
  for (const tensor of trainable.flat()) if (!names.has(tensor)) names.set(tensor, `parameter${names.size}`);
  if (context) names.set(context, 'context');
  const inputs = {
    point,
    ...Object.fromEntries([...names].map(([tensor, name]) => [name, tensor])),
  };

  const [value, logDet] = runDifferentiable<Record<string, Tensor>, readonly [Tensor, Tensor]>({
    inputs,
    forward: (_, save) => {
      let current: Transformed = {
        value: copyTensor(point),
        logDet: zeros([batch]),
      };
      for (const i of order) {
        const next = tidied(() => {
          const step = run(i, direction, current.value);
          return {
            value: copyTensor(step.value),
            logDet: add(current.logDet, step.logDet),
          };
        });
        current.value.dispose();
        current.logDet.dispose();
        current = next;
      }
      save([current.value]);
      return [current.value, current.logDet];
    },
    backward: ([dValue, dLogDet], [output]) => {
      const sums = accumulator();
      let after = copyTensor(output as Tensor);
      let gradient = copyTensor(dValue);
      for (const i of [...order].reverse()) {
        // A layer may hold one tensor in several places: its gradient counts once.
        const owned = [...new Set([...(trainable[i] as Tensor[]), ...(context ? [context] : [])])];
        const step = tidied((): Rebuilt => {
          const before = copyTensor(run(i, opposite, after).value);
          const { grads } = differentiate(() => {
            const { value, logDet } = run(i, direction, before);
            return add(sum(mul(value, gradient)), sum(mul(logDet, dLogDet)));
          }, [before, ...owned]);
          // Two inputs of one operation may share their gradient's tensor, and each is disposed in its own time.
          return { before, grads: grads.map((found, k) => found && (grads.indexOf(found) < k ? clone(found) : found)) };
        });
        after.dispose();
        gradient.dispose();
        after = step.before;
        const [first, ...rest] = step.grads;
        gradient = first ?? zerosLike(after);
        for (const [k, found] of rest.entries()) {
          if (found) sums.add(names.get(owned[k] as Tensor) as string, found);
        }
      }
      after.dispose();
      return Object.fromEntries(
        Object.entries(inputs).map(([name, input]) => [
          name,
          name === 'point' ? gradient : (sums.get(name) ?? zerosLike(input)),
        ]),
      );
    },
  });
  return { value, logDet };
}
