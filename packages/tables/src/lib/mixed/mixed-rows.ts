import { type Base, type Definition, DiffeoError, defineBase, leaf, randomSource } from '@diffeo/core';
import { type Tensor, tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { array, integer, maxLength, minValue, number, pipe, strictObject } from 'valibot';
import { classLogDensities } from './class-density.ts';
import { type ClassModel, chainOrder, stateOffsets } from './class-model.ts';
import { type CurveParams, curveParams, curvesOf, knotsSchema, straightCurve } from './curve-params.ts';
import { rowDrawer } from './draw-row.ts';
import { continuingColumns, countSchema, type MixedColumn, mixedColumnSchema } from './mixed-column.ts';
import { readRows } from './read-rows.ts';
import { rowCells } from './row-cells.ts';
import { openColumns, requirePlaces, wholeRows } from './whole-rows.ts';

/** The parameters of {@link mixedRows}, all fixed. */
export interface MixedRowsParams extends CurveParams {
  /** `[classes]`: the weights' logarithms. */
  readonly logits: Tensor;
  /** `[classes, states]`: log-probabilities of the states of each column, one column after the other. */
  readonly tables: Tensor;
  /** `[classes, going on]` */
  readonly means: Tensor;
  /** `[classes, going on, going on]` */
  readonly covariances: Tensor;
  /** `[columns]`: 1 where training had gaps. */
  readonly gaps: Tensor;
}

const schema = strictObject({
  /** How each column of a row is distributed, those of the context among them. */
  columns: pipe(array(mixedColumnSchema), maxLength(4096)),
  /** How many classes, 1 to 1024. */
  classes: countSchema(1024),
  knots: knotsSchema,
  /** Which columns are the context, by their places. */
  given: array(pipe(number(), integer(), minValue(0))),
});

/** The configuration of {@link mixedRows}. */
export interface MixedRowsConfig {
  readonly columns: readonly MixedColumn[];
  readonly classes: number;
  readonly knots: number;
  readonly given: readonly number[];
}

const float64 = (tensor: Tensor): Float64Array => Float64Array.from(readRows(tensor));

/** The classes that parameters stand for. Reads them back from the device. */
export function classModelOf({ columns, knots, given }: MixedRowsConfig, params: MixedRowsParams): ClassModel {
  const going = continuingColumns(columns).length;
  return {
    columns,
    curves: curvesOf(params, knots, going),
    order: chainOrder(columns, given),
    logWeights: float64(params.logits),
    tables: float64(params.tables),
    means: float64(params.means).slice(0, params.logits.size * going),
    covariances: float64(params.covariances).slice(0, params.logits.size * going * going),
  };
}

/** Which columns training had gaps in. */
export const gapsOf = ({ gaps }: Pick<MixedRowsParams, 'gaps'>): readonly boolean[] =>
  Array.from(readRows(gaps), (one) => one > 0);

/** The configuration and the parameters of classes. */
export function mixedRowsOf(model: ClassModel, gaps: readonly boolean[], given: readonly number[]) {
  const { columns, curves, logWeights, tables, means, covariances } = model;
  const [classes, going] = [logWeights.length, curves.length];
  const knots = curves[0]?.x.length ?? 2;
  const room = Math.max(1, going);
  const filled = (values: Float64Array, length: number): Float32Array => {
    const all = new Float32Array(length);
    all.set(values);
    return all;
  };
  const config: MixedRowsConfig = { columns, classes, knots, given };
  const params: MixedRowsParams = {
    logits: tensor1d(Float32Array.from(logWeights)),
    tables: tensor2d(Float32Array.from(tables), [classes, tables.length / classes]),
    means: tensor2d(filled(means, classes * room), [classes, room]),
    covariances: tensor3d(filled(covariances, classes * room * room), [classes, room, room]),
    ...curveParams(curves, knots),
    gaps: tensor1d(gaps.map(Number)),
  };
  return { config, params };
}

/**
 * The density of rows of a mixed table, as a base: a mixture of classes, in each of which the states of the columns (a category, a number that comes often, any other number, a gap) are
 * independent and the normal scores of the other numbers have a Gaussian of full covariance. It is exact: rounded numbers have the probability of their cell, gaps that of being gaps, and log p of a
 * row with a context is log p of all less log p of the context.
 *
 * A row is one number for each column: the code of its category, its number, or {@link missingCell}. Its parameters are fitted by `mixedTable()` and not trained. It works on the host, in float64, and
 * has no gradient. Rounded numbers are conditioned on each other by the middles of their cells, in a fixed order; see decision 034.
 */
export const mixedRows: Definition<'base', typeof schema> = /* @__PURE__ */ defineBase({
  type: '@diffeo/tables/mixed-rows',
  version: 1,
  schema,
  build: (config, { eventShape, contextShape, fail }): Base<MixedRowsParams> => {
    const { columns, classes, knots, given } = config;
    requirePlaces(columns.length, given, { eventShape, contextShape }, fail);
    const room = Math.max(1, continuingColumns(columns).length);
    const states = stateOffsets(columns).at(-1) as number;
    const fixed = { trainable: false } as const;
    const shapes = {
      ...{ logits: [classes], tables: [classes, states], means: [classes, room], covariances: [classes, room, room] },
      ...{ x: [room, knots], z: [room, knots], slope: [room, knots], gaps: [columns.length] },
    };
    return {
      eventShape,
      contextShape,
      layout: {
        ...{ logits: leaf(shapes.logits, fixed), tables: leaf(shapes.tables, fixed), means: leaf(shapes.means, fixed) },
        ...{ covariances: leaf(shapes.covariances, fixed), x: leaf(shapes.x, fixed), z: leaf(shapes.z, fixed) },
        ...{ slope: leaf(shapes.slope, fixed), gaps: leaf(shapes.gaps, fixed) },
      },
      init: () => {
        const going = room;
        const curve = straightCurve(knots);
        const covariances = new Float64Array(classes * going * going);
        for (let k = 0; k < classes; k++) for (let i = 0; i < going; i++) covariances[(k * going + i) * going + i] = 1;
        const tables = Float64Array.from(
          columns.flatMap(({ atoms }) => new Array(atoms.length + 2).fill(-Math.log(atoms.length + 2))),
        );
        const model: ClassModel = {
          ...{ columns, curves: Array.from({ length: going }, () => curve), order: [] },
          logWeights: new Float64Array(classes).fill(-Math.log(classes)),
          tables: Float64Array.from({ length: classes * states }, (_, at) => tables[at % states] as number),
          ...{ means: new Float64Array(classes * going), covariances },
        };
        return mixedRowsOf(
          model,
          columns.map(() => false),
          given,
        ).params;
      },
      logProb: (params, z, call) => {
        const count = z.shape[0] as number;
        const model = classModelOf(config, params);
        const context = call.context ? readRows(call.context) : null;
        const logs = new Float64Array(classes);
        const scored = (values: ArrayLike<number> | null): Float64Array => {
          const cells = rowCells(model, wholeRows(columns.length, given, values, context, count).rows);
          const logOf = classLogDensities(model, cells);
          return Float64Array.from({ length: count }, (_, row) => logOf(row, logs));
        };
        const all = scored(readRows(z));
        const before = given.length > 0 ? scored(null) : null;
        return tensor1d(Float32Array.from(all, (log, row) => (before ? log - (before[row] as number) : log)));
      },
      sample: (params, count, seed, temperature, call) => {
        if (typeof temperature !== 'number') {
          throw new DiffeoError('CONFIG', 'the temperature of a mixed table is one number for all columns');
        }
        const context = call.context ? readRows(call.context) : null;
        const { rows, own } = wholeRows(columns.length, given, null, context, count);
        const draw = rowDrawer(classModelOf(config, params), gapsOf(params), { temperature });
        const source = randomSource(seed);
        for (let row = 0; row < count; row++) {
          draw(rows.subarray(row * columns.length, (row + 1) * columns.length), source);
        }
        return tensor2d(openColumns(rows, columns.length, own), [count, own.length]);
      },
    };
  },
});
