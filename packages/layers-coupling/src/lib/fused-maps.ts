import type { Bijector, Call, Retraced } from '@diffeo/core';
import { differentiate } from '@diffeo/core/engine';
import type { AffineCoupling, Convolution, Dense } from '@diffeo/ops';
import { add, mul, scalar, sum, type Tensor } from '@tensorflow/tfjs-core';
import type { ConditionerParams } from './conditioner.ts';
import type { Direction } from './coupling-transform.ts';

type Maps = Bijector<ConditionerParams>;
type Layer = Dense | Convolution;
type Pairs = Retraced['gradients'];

/** How a coupling that is one operation finds what that takes. */
export interface FusedMaps<L extends Layer> {
  /** The operation, made once for each direction. */
  make(direction: Direction): AffineCoupling<L>;
  layersOf(params: ConditionerParams): readonly L[];
  /** The trainable tensors that the layers are made from. */
  sourcesOf(params: ConditionerParams): readonly Tensor[];
  /** The context as the operation takes it. */
  contextOf(call: Call): Tensor | null;
  /** The same coupling composed of other operations. */
  composed(direction: Direction): Maps['forward'];
}

const tensorsOf = (layers: readonly Layer[]): Tensor[] =>
  layers.flatMap((layer) => ['weight' in layer ? layer.weight : layer.filter, layer.bias]);

/** The gradients of what tensors are made from, by the gradients of the tensors. */
function pullBack(make: () => readonly Tensor[], slopes: readonly Tensor[], sources: readonly Tensor[]): Pairs {
  const { grads } = differentiate(
    () => make().reduce((total: Tensor, made, i) => add(total, sum(mul(made, slopes[i] as Tensor))), scalar(0)),
    sources,
  );
  return sources.flatMap((of, i) => (grads[i] ? [[of, grads[i]] as const] : []));
}

/** Both directions of a coupling that is one operation, and the way back through it. */
export function fusedMaps<L extends Layer>(
  parts: FusedMaps<L>,
): Required<Pick<Maps, 'forward' | 'inverse' | 'retrace'>> {
  const whole = { forward: parts.make('forward'), inverse: parts.make('inverse') };
  const map = (direction: Direction): Maps['forward'] => {
    const reference = parts.composed(direction);
    return (params, x, call) => {
      const checkpoint = call.gradient === 'checkpoint';
      const layers = parts.layersOf(params);
      return whole[direction].map(x, parts.contextOf(call), layers, () => reference(params, x, call), checkpoint);
    };
  };
  return {
    forward: map('forward'),
    inverse: map('inverse'),
    retrace: (direction, params, value, { dValue, dLogDet }, call): Retraced | null => {
      const layers = parts.layersOf(params);
      const found = whole[direction].retrace(value, parts.contextOf(call), layers, [dValue, dLogDet]);
      if (!found) return null;
      const { point, dPoint, dContext, dLayers } = found;
      const sources = parts.sourcesOf(params);
      const made = tensorsOf(layers);
      const own: Pairs = made.every((tensor) => sources.includes(tensor))
        ? made.map((of, i) => [of, dLayers[i] as Tensor])
        : pullBack(() => tensorsOf(parts.layersOf(params)), dLayers, sources);
      const { context } = call;
      const given = context && dContext ? pullBack(() => [parts.contextOf(call) as Tensor], [dContext], [context]) : [];
      return { point, dPoint, gradients: [...own, ...given] };
    },
  };
}
