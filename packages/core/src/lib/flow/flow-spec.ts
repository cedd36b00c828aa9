import type { Spec } from '../contract/parts/spec.ts';
import type { Shape } from '../contract/shape.ts';

/** What a flow is made of: plain JSON but for the links of its specs. */
export interface FlowSpec {
  /** The shape of one sample of the data. */
  readonly eventShape: Shape;
  /** The shape of what the flow is conditioned on; absent or `null` for an unconditional flow. */
  readonly contextShape?: Shape | null;
  /** Turns discrete data into continuous data. */
  readonly dequantize?: Spec<'dequantizer'>;
  /** In the order in which data meets them in training. */
  readonly layers: readonly Spec<'layer'>[];
  /** Default `standardNormal()`. */
  readonly base?: Spec<'base'>;
}

/** What a mixture is made of. */
export interface MixtureSpec {
  /** Each of the same event shape and context shape. */
  readonly members: readonly DensitySpec[];
}

export type DensitySpec = FlowSpec | MixtureSpec;

/** The entries of a spec in one order, so that the same flow is the same text, and what others do to its list is not seen. */
export const orderedSpec = ({ eventShape, layers, contextShape, dequantize, base }: FlowSpec): FlowSpec => ({
  eventShape,
  layers: [...layers],
  ...(contextShape !== undefined && { contextShape }),
  ...(dequantize && { dequantize }),
  ...(base && { base }),
});
