import type { Spec } from '@diffeo/core';
import type { HostParams } from '../parts/piece.ts';
import type { Dense } from './dense.ts';

/** The activations that networks of ours have. */
export const activationNames = ['relu', 'tanh', 'elu', 'sigmoid'] as const;
/** An activation that networks of ours have. */
export type Activation = (typeof activationNames)[number];

/** A network of a state dict, but for its last layer, whose outputs the layer that holds it still rearranges. */
export interface ImportedNetwork {
  readonly last: Dense;
  /** How many inputs there are, those of the context among them. */
  readonly inputs: number;
  /** How many numbers of a context enter, where they do so beside the inputs. */
  readonly contextFeatures: number;
  /** The width by which nflows scales what becomes sizes of bins; `null` where its network does not say one. */
  readonly scaledBy: number | null;
  finish(last: Dense): { readonly spec: Spec<'network'>; readonly params: HostParams };
}
