import type { Bijector, Call, ElementwiseTransform, InputGradients, StackLayer } from '@diffeo/core';
import { differentiate } from '@diffeo/core/engine';
import type { Conditioner, ConditionerParams } from '@diffeo/networks';
import { type FusedCoupling, fusedCoupling, isActivation } from '@diffeo/ops';
import { add, mul, scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import { once } from '../splits/once.ts';
import type { Split } from '../splits/split.ts';

type Direction = 'forward' | 'inverse';
type Maps = Bijector<ConditionerParams>;
type Pairs = InputGradients['gradients'];

const tensorsOf = (layers: readonly StackLayer[]): Tensor[] => layers.flatMap(({ weight, bias }) => [weight, bias]);

/** The gradients of what tensors are made from, by the gradients of the tensors. */
function pullBack(make: () => readonly Tensor[], gradients: readonly Tensor[], sources: readonly Tensor[]): Pairs {
  const { grads } = differentiate(
    () => make().reduce((total: Tensor, made, i) => add(total, sum(mul(made, gradients[i] as Tensor))), scalar(0)),
    sources,
  );
  return sources.flatMap((of, i) => (grads[i] ? [[of, grads[i]] as const] : []));
}

/**
 * Both directions of a coupling as one operation, and the way back through it. `null` where there is none: where the
 * conditioner is not a plain stack of the kind that fits, and where the transform has no kernel.
 *
 * @param composed the same coupling composed of other operations
 */
export function fusedMaps({
  split: { fuses },
  transform,
  conditioner,
  composed,
}: {
  readonly split: Split;
  readonly transform: ElementwiseTransform;
  readonly conditioner: Conditioner;
  composed(direction: Direction): Maps['forward'];
}): Required<Pick<Maps, 'forward' | 'inverse' | 'backwardFromOutput'>> | null {
  const { stack } = conditioner;
  if (!stack || !transform.kernel || fuses?.kind !== stack.kind || !isActivation(stack.activation)) return null;
  const { activation, residual } = stack;
  const make = (direction: Direction) =>
    once(() => fusedCoupling({ ...fuses.columns(), transform, direction, activation, residual }) as FusedCoupling);
  const whole = { forward: make('forward'), inverse: make('inverse') };
  const contextOf = ({ context }: Call): Tensor | null =>
    conditioner.contextShape && context ? stack.context(context) : null;
  const map = (direction: Direction): Maps['forward'] => {
    const reference = composed(direction);
    return (params, x, call) => {
      const checkpoint = call.gradient === 'checkpoint';
      const layers = stack.layers(params);
      return whole[direction]().map(x, contextOf(call), layers, () => reference(params, x, call), checkpoint);
    };
  };
  return {
    forward: map('forward'),
    inverse: map('inverse'),
    backwardFromOutput: (direction, params, value, { dValue, dLogDet }, call) => {
      const layers = stack.layers(params);
      const found = whole[direction]().backwardFromOutput(value, contextOf(call), layers, [dValue, dLogDet]);
      if (!found) return null;
      const { point, dPoint, dContext, dLayers } = found;
      const sources = conditioner.trainable(params);
      const made = tensorsOf(layers);
      const own: Pairs = made.every((tensor) => sources.includes(tensor))
        ? made.map((of, i) => [of, dLayers[i] as Tensor])
        : pullBack(() => tensorsOf(stack.layers(params)), dLayers, sources);
      const { context } = call;
      const given = context && dContext ? pullBack(() => [contextOf(call) as Tensor], [dContext], [context]) : [];
      return { point, dPoint, gradients: [...own, ...given] };
    },
  };
}
