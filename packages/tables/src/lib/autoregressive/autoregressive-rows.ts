import { type Base, type Definition, DiffeoError, defineBase } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { add, tensor1d, tensor2d } from '@tensorflow/tfjs-core';
import { curvesOf } from '../mixed/curve-params.ts';
import { readRows } from '../mixed/read-rows.ts';
import { rowCells } from '../mixed/row-cells.ts';
import { openColumns, requirePlaces, wholeRows } from '../mixed/whole-rows.ts';
import {
  type AutoregressiveConfig,
  type AutoregressiveParams,
  autoregressiveParts,
  autoregressiveSchema,
} from './autoregressive-parts.ts';
import { drawRows } from './draw-rows.ts';
import { encodeRows } from './encode-rows.ts';
import { headLogProb } from './heads.ts';

function requireSequence({ columns, given, sequence }: AutoregressiveConfig, fail: (problem: string) => never): void {
  const isOnce = new Set(sequence).size === columns.length && sequence.every((column) => column < columns.length);
  if (sequence.length !== columns.length || !isOnce) fail('its sequence does not hold each column once');
  if (given.some((column) => sequence.indexOf(column) >= given.length))
    fail('its sequence does not begin with the context');
}

/**
 * The density of rows of a mixed table, as a base: each column given those before it in a sequence, by a masked network (MADE, Germain et al. 2015). The state of a column, which category, which
 * number that comes often, any other number or a gap, has a softmax; the logit of the normal score of a number a mixture of logistic distributions (PixelCNN++, Salimans et al. 2017, eq. 1–2). It is exact: rounded
 * numbers have the probability of their cell. Features of dates are also the cosine and sine of their place in each of their periods.
 *
 * A row is one number for each column, as for `mixedRows`. Columns of the context come first and have no factor. Cells that are left open have no closed form. Rows are encoded on the
 * host, so it has no gradient by parameters: it is trained on encoded rows, by `mixedTable()`.
 */
export const autoregressiveRows: Definition<'base', typeof autoregressiveSchema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/autoregressive-rows',
  version: 1,
  schema: autoregressiveSchema,
  build: (config, { eventShape, contextShape, fail }): Base<AutoregressiveParams> => {
    const { columns, given, knots } = config;
    const size = columns.length;
    requirePlaces(size, given, { eventShape, contextShape }, fail);
    requireSequence(config, fail);
    const { layout, network, params, init } = autoregressiveParts(config);
    const { going } = layout;
    const frontOf = (own: AutoregressiveParams) => ({
      ...{ columns, curves: curvesOf(own, knots, going.length), order: going.map((_, at) => at) },
    });
    return {
      ...{ eventShape, contextShape, layout: params, init },
      logProb: (own, z, { context }) => {
        const count = z.shape[0] as number;
        if (count === 0) return tensor1d([]);
        const front = frontOf(own);
        const before = context ? readRows(context) : null;
        const { rows } = wholeRows(size, given, readRows(z), before, count);
        const cells = rowCells(front, rows);
        const known = before && rowCells(front, wholeRows(size, given, null, before, count).rows);
        const { encoded: numbers, logSlopes } = encodeRows(layout, cells, rows);
        const encoded = tensor2d(numbers, [count, layout.length]);
        const inside = headLogProb(layout, network.apply(own.network, encoded), encoded, own.shares);
        const outside = cells.logSlopes.map(
          (log, row) => log + (logSlopes[row] as number) - (known?.logSlopes[row] ?? 0),
        );
        return add(inside, tensor1d(Float32Array.from(outside)));
      },
      sample: (own, count, seed, temperature, { context }) => {
        if (typeof temperature !== 'number') {
          throw new DiffeoError('CONFIG', 'the temperature of a mixed table is one number for all columns');
        }
        const before = context ? readRows(context) : null;
        const { rows, own: places } = wholeRows(size, given, null, before, count);
        const drawing = {
          ...{ layout, curves: frontOf(own).curves, shares: readRows(own.shares) },
          gaps: Array.from(readRows(own.gaps), (one) => one > 0),
          outputsOf: (encoded: Float32Array) =>
            tidied(() => readRows(network.apply(own.network, tensor2d(encoded, [count, layout.length])))),
        };
        drawRows(drawing, rows, seed, temperature);
        return tensor2d(openColumns(rows, size, places), [count, places.length]);
      },
    };
  },
});
