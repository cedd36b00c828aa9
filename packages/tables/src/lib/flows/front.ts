import { type Flow, type FlowParams, flow, type Params, type Seed, type Spec } from '@diffeo/core';
import { gaussianise, whiten } from '@diffeo/layers-elementwise';
import type { Tensor } from '@tensorflow/tfjs-core';
import { type TableRows, tensorOf } from '../table-rows.ts';

/** How data enter: whitened alone, or each column made normal before that. */
export type FrontKind = 'whitened' | 'copula';

/** What stands first in a member, started from its fold's training rows. */
export interface Front {
  readonly kind: FrontKind;
  readonly layers: readonly Spec<'layer'>[];
  readonly params: readonly Params[];
  /** Data as the layers behind take them. To be disposed by the caller. */
  through(rows: TableRows): Tensor;
}

/** Starts what stands first from rows, and from none but these. */
export async function startFront(kind: FrontKind, rows: TableRows, seed: Seed): Promise<Front> {
  const layers = kind === 'copula' ? [gaussianise(), whiten()] : [whiten()];
  const model = flow({ eventShape: [rows.size], layers });
  const x = tensorOf(rows);
  const initial = model.init(seed);
  const started = await model.start(initial, x);
  x.dispose();
  return {
    ...{ kind, layers, params: started.layers },
    through: (given) => {
      const data = tensorOf(given);
      const { value, logDet } = model.toBase(started, data);
      logDet.dispose();
      data.dispose();
      return value;
    },
  };
}

/** A flow of a front and what stands behind it, with the parameters of both. */
export function behindFront(
  { layers, params }: Front,
  size: number,
  behind: {
    readonly layers?: readonly Spec<'layer'>[];
    readonly base?: Spec<'base'>;
    readonly params: Omit<FlowParams, 'dequantize'>;
  },
): { readonly model: Flow; readonly params: FlowParams } {
  const model = flow({
    eventShape: [size],
    layers: [...layers, ...(behind.layers ?? [])],
    ...(behind.base && { base: behind.base }),
  });
  return {
    model,
    params: { dequantize: {}, layers: [...params, ...behind.params.layers], base: behind.params.base },
  };
}
