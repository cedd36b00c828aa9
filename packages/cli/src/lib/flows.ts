import { DiffeoError, type Spec } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';

/** What every kind of flow is made from. */
export interface FlowOptions {
  /** How many layers of its kind. */
  readonly layers: number;
  /** The hidden widths of each layer's network. */
  readonly hidden: readonly number[];
  /** What stands between the layers of those networks. */
  readonly activation: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  /** Whether hidden layers that keep their width add their input to their output. */
  readonly residual: boolean;
}

/** The layers of one kind of flow that stand between preprocessing and base, in data order. */
export type FlowKind = (options: FlowOptions) => readonly Spec<'layer'>[];

/** Every kind of flow by the name that `--flow` takes. */
const flows: Readonly<Record<string, FlowKind>> = {
  realnvp: realNVP,
};

/** The kind of flow of that name. Throws `USAGE` when there is none. */
export function flowNamed(name: string): FlowKind {
  const kind = Object.hasOwn(flows, name) ? flows[name] : undefined;
  if (kind) return kind;
  throw new DiffeoError('USAGE', `there is no flow '${name}'; --flow is one of ${Object.keys(flows).join(', ')}`);
}
