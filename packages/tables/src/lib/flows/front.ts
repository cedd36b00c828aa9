import { copyParams, disposeParams, type Flow, type FlowParams, flow, type Params, type Spec } from '@diffeo/core';
import { gaussianise, standardise, whiten } from '@diffeo/layers-elementwise';
import { type Tensor, tidy } from '@tensorflow/tfjs-core';
import type { HostRows } from '../mixture/fit-gaussian-mixture.ts';
import { type TableRows, tensorOf } from '../table-rows.ts';

/** How data enter: each column standardised, all whitened, each column made normal, or all whitened after that. */
export type FrontKind = 'standardised' | 'whitened' | 'columns' | 'copula';

/** What stands first in a member, started from its fold's training rows. */
export interface Front {
  readonly layers: readonly Spec<'layer'>[];
  /** Parameters of the layers for a member to own. */
  params(): readonly Params[];
  /** Data as the layers behind take them. To be disposed by the caller. */
  through(rows: TableRows): Tensor;
  dispose(): void;
}

/** Rows that members start from. What stands first in several of them is started once. */
export interface StartRows extends TableRows {
  front(kind: FrontKind): Promise<Front>;
  /** Gives the memory of what was started back. */
  dispose(): Promise<void>;
}

const layersOf: Readonly<Record<FrontKind, readonly Spec<'layer'>[]>> = {
  standardised: [standardise()],
  whitened: [whiten()],
  columns: [gaussianise()],
  copula: [gaussianise(), whiten()],
};

/** Starts what stands first from rows, and from none but these. */
async function startFront(kind: FrontKind, rows: TableRows): Promise<Front> {
  const layers = layersOf[kind];
  const model = flow({ eventShape: [rows.size], layers });
  const x = tensorOf(rows);
  const started = await model.start(model.init(0), x);
  x.dispose();
  return {
    layers,
    params: () => copyParams(model.layout, started).layers,
    through: (given) =>
      tidy(() => {
        const { value } = model.toBase(started, tensorOf(given));
        return value;
      }),
    dispose: () => disposeParams(model.layout, started),
  };
}

/** Lets members share what they start from. */
export function startRows(rows: TableRows): StartRows {
  const fronts = new Map<FrontKind, Promise<Front>>();
  return {
    ...rows,
    front: (kind) => {
      const found = fronts.get(kind) ?? startFront(kind, rows);
      fronts.set(kind, found);
      return found;
    },
    dispose: async () => {
      // One that failed to start has said so to whoever asked for it.
      for (const own of await Promise.allSettled(fronts.values())) if (own.status === 'fulfilled') own.value.dispose();
      fronts.clear();
    },
  };
}

/** What comes out of a front, on the host. */
export async function hostRows(front: Front, rows: TableRows): Promise<HostRows> {
  const tensor = front.through(rows);
  const values = await tensor.data();
  tensor.dispose();
  return { values, count: rows.count, size: rows.size };
}

/** A flow of a front and what stands behind it, with the parameters of both. */
export function behindFront(
  front: Front,
  size: number,
  behind: {
    readonly layers?: readonly Spec<'layer'>[];
    readonly base?: Spec<'base'>;
    readonly params: Omit<FlowParams, 'dequantize'>;
  },
): { readonly model: Flow; readonly params: FlowParams } {
  const model = flow({
    eventShape: [size],
    layers: [...front.layers, ...(behind.layers ?? [])],
    ...(behind.base && { base: behind.base }),
  });
  return {
    model,
    params: { dequantize: {}, layers: [...front.params(), ...behind.params.layers], base: behind.params.base },
  };
}
