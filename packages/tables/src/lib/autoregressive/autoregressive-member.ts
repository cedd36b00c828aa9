import { disposeParams, type FlowParams, flow, fold, normal, type Params, type Seed, shuffled } from '@diffeo/core';
import { type Augment, adamW, fit } from '@diffeo/trainer';
import { add, matMul, tensor2d } from '@tensorflow/tfjs-core';
import type { Member, MemberKind } from '../members/member-kind.ts';
import { gapsIn, type MixedColumn } from '../mixed/mixed-column.ts';
import type { MixedTableShape } from '../mixed/mixed-table-shape.ts';
import { rowCells } from '../mixed/row-cells.ts';
import { classData } from '../mixed/start-data.ts';
import type { TableRows } from '../table-rows.ts';
import { type AutoregressiveConfig, foundParams } from './autoregressive-parts.ts';
import { autoregressiveRows } from './autoregressive-rows.ts';
import { encodeRows } from './encode-rows.ts';
import { encodedRows } from './encoded-rows.ts';
import { type RowLayout, rowLayout } from './row-layout.ts';

/** How a network is trained. */
export interface AutoregressiveRecipe {
  readonly hidden: readonly number[];
  readonly steps: number;
  readonly learningRate: number;
  /** The deviation of noise on scores as features, which are of deviation 1. */
  readonly noise: number;
  readonly weightDecay: number;
  readonly ema: number;
  readonly patience: number;
  readonly validateEvery?: number;
  /** About how long all folds train. Default 1. */
  readonly seconds?: number;
}

/** So many rows are trained on at most, and so many numbers. */
const [mostRows, mostNumbers] = [200_000, 5e7];

/** Columns in a sequence: the context, then dates, whose periods others follow, then the others by chance. */
function sequenceOf(columns: readonly MixedColumn[], given: readonly number[], seed: Seed): number[] {
  const isGiven = new Set(given);
  const open = [...shuffled(columns.length, seed)].filter((column) => !isGiven.has(column));
  const isDate = (column: number): boolean => (columns[column]?.periods.length ?? 0) > 0;
  return [...given, ...open.filter(isDate), ...open.filter((column) => !isDate(column))];
}

/** Noise on the scores among the features. */
function featureNoise({ scoreAt, length }: RowLayout, deviation: number): Augment {
  const places = new Float32Array(scoreAt.length * length);
  for (const [i, at] of scoreAt.entries()) places[i * length + at] = deviation;
  return ({ x, ...rest }, seed) => {
    const noise = normal([x.shape[0] as number, scoreAt.length], seed);
    return { ...rest, x: add(x, matMul(noise, tensor2d(places, [scoreAt.length, length]))) };
  };
}

/** An autoregressive network of a mixed table, trained on the rows of its fold; the stopping rows choose among its parameters on the way. */
export function autoregressiveMember({ columnsOf, given }: MixedTableShape, recipe: AutoregressiveRecipe): MemberKind {
  const { hidden, noise, weightDecay, seconds = 1, ...options } = recipe;
  return {
    ...{ name: 'a network of the columns before', seconds },
    fit: async ({ train, stop }, seed, { signal, onProgress } = {}) => {
      const columns = columnsOf(train);
      const data = classData(columns, train, { kind: 'normal', given });
      const config: AutoregressiveConfig = {
        ...{ columns: columns as AutoregressiveConfig['columns'], given: [...given], hidden: [...hidden] },
        sequence: sequenceOf(columns, given, fold(seed, 'sequence')),
        ...{ components: 5, knots: data.curves[0]?.x.length ?? 2 },
      };
      const layout = rowLayout(config);
      const most = Math.min(mostRows, Math.max(1, Math.floor(mostNumbers / layout.length)));
      const encoded = ({ values, count, size }: TableRows) => {
        const own = values.subarray(0, Math.min(count, most) * size);
        const cells = own.length === train.values.length && values === train.values ? data.cells : rowCells(data, own);
        return tensor2d(encodeRows(layout, cells, own).encoded, [cells.count, layout.length]);
      };
      const [x, validation] = [encoded(train), encoded(stop)];
      const model = flow({ eventShape: [layout.length], layers: [], base: encodedRows(config) });
      const plain = model.init(fold(seed, 'network'));
      const found = foundParams({ ...data, gaps: gapsIn(train) }, config.knots);
      const begun: FlowParams = {
        ...plain,
        base: { ...(plain.base as { readonly [name: string]: Params }), ...found },
      };
      try {
        const { params } = await fit(model, x, {
          ...options,
          ...{ batchSize: 256, optimiser: adamW({ decay: weightDecay }) },
          ...{ params: begun, validation, seed: fold(seed, 'fit') },
          ...(noise > 0 && layout.scoreAt.length > 0 && { augment: featureNoise(layout, noise) }),
          ...(signal && { signal }),
          onProgress: ({ step, steps }) => onProgress?.(step / steps),
        });
        signal?.throwIfAborted();
        const build = (): Member => ({
          model: flow({
            eventShape: [columns.length - given.length],
            ...(given.length > 0 && { contextShape: [given.length] }),
            layers: [],
            base: autoregressiveRows(config),
          }),
          params,
        });
        return [{ setting: '', stopScore: 0, build }];
      } finally {
        x.dispose();
        validation.dispose();
        disposeParams(model.layout, plain);
        for (const tensor of Object.values(found)) tensor.dispose();
      }
    },
  };
}
