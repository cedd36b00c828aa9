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

/** The layer of each kind, and what stands before it. */
const layersOf: Readonly<Record<FrontKind, { readonly layer: Spec<'layer'>; readonly behind?: FrontKind }>> = {
  standardised: { layer: standardise() },
  whitened: { layer: whiten() },
  columns: { layer: gaussianise() },
  copula: { layer: whiten(), behind: 'columns' },
};

/** Starts what stands first from rows, and from none but these; `before` was started from them already. */
async function startFront(layer: Spec<'layer'>, rows: TableRows, before: Front | undefined): Promise<Front> {
  const model = flow({ eventShape: [rows.size], layers: [layer] });
  const entering = (given: TableRows): Tensor => before?.through(given) ?? tensorOf(given);
  const x = entering(rows);
  const started = await model.start(model.init(0), x);
  x.dispose();
  return {
    layers: [...(before?.layers ?? []), layer],
    params: () => [...(before?.params() ?? []), ...copyParams(model.layout, started).layers],
    through: (given) => tidy(() => model.toBase(started, entering(given)).value),
    dispose: () => disposeParams(model.layout, started),
  };
}

/** Lets members share what they start from. */
export function startRows(rows: TableRows): StartRows {
  const fronts = new Map<FrontKind, Promise<Front>>();
  const start = async (kind: FrontKind): Promise<Front> => {
    const { layer, behind } = layersOf[kind];
    return await startFront(layer, rows, behind && (await front(behind)));
  };
  const front = (kind: FrontKind): Promise<Front> => {
    const found = fronts.get(kind) ?? start(kind);
    fronts.set(kind, found);
    return found;
  };
  return {
    ...rows,
    front,
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
