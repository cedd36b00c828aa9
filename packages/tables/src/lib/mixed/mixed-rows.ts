import { type Base, type Call, type Definition, DiffeoError, defineBase, leaf, randomSource } from '@diffeo/core';
import { readNow } from '@diffeo/core/engine';
import { type Tensor, tensor1d, tensor2d, tensor3d } from '@tensorflow/tfjs-core';
import { array, integer, maxLength, maxValue, minValue, number, pipe, strictObject } from 'valibot';
import { classLogDensities } from './class-density.ts';
import { type ClassModel, chainOrder, stateOffsets } from './class-model.ts';
import { rowDrawer } from './draw-row.ts';
import { continuingColumns, countSchema, type MixedColumn, mixedColumnSchema, openCell } from './mixed-column.ts';
import { rowCells } from './row-cells.ts';

/** The parameters of {@link mixedRows}, all fixed. */
export interface MixedRowsParams {
  /** `[classes]`: the weights' logarithms. */
  readonly logits: Tensor;
  /** `[classes, states]`: log-probabilities of the states of each column, one column after the other. */
  readonly tables: Tensor;
  /** `[classes, going on]` */
  readonly means: Tensor;
  /** `[classes, going on, going on]` */
  readonly covariances: Tensor;
  /** `[going on, knots]` each: the curves of the normal scores. */
  readonly x: Tensor;
  readonly z: Tensor;
  readonly slope: Tensor;
  /** `[columns]`: 1 where training had gaps. */
  readonly gaps: Tensor;
}

const schema = strictObject({
  /** How each column of a row is distributed, those of the context among them. */
  columns: pipe(array(mixedColumnSchema), maxLength(4096)),
  /** How many classes, 1 to 1024. */
  classes: countSchema(1024),
  /** Knots of each curve, 2 to 1025. */
  knots: pipe(number(), integer(), minValue(2), maxValue(1025)),
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

/** The numbers of a tensor, for what works on the host. Throws DiffeoError `BACKEND` on WebGPU. */
export const readRows = (tensor: Tensor): ArrayLike<number> =>
  readNow(tensor, { needs: 'a mixed table is computed by the processor from', instead: "take the 'wasm' backend" });

const float64 = (tensor: Tensor): Float64Array => Float64Array.from(readRows(tensor));

/** The classes that parameters stand for. Reads them back from the device. */
export function classModelOf({ columns, knots, given }: MixedRowsConfig, params: MixedRowsParams): ClassModel {
  const going = continuingColumns(columns).length;
  const [x, z, slope] = [params.x, params.z, params.slope].map(float64) as [Float64Array, Float64Array, Float64Array];
  const part = (all: Float64Array, i: number): Float64Array => all.subarray(i * knots, (i + 1) * knots);
  return {
    columns,
    curves: Array.from({ length: going }, (_, i) => ({ x: part(x, i), z: part(z, i), slope: part(slope, i) })),
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
  const curve = (name: 'x' | 'z' | 'slope'): Tensor =>
    tensor2d(filled(Float64Array.from(curves.flatMap((one) => [...one[name]])), room * knots), [room, knots]);
  const config: MixedRowsConfig = { columns, classes, knots, given };
  const params: MixedRowsParams = {
    logits: tensor1d(Float32Array.from(logWeights)),
    tables: tensor2d(Float32Array.from(tables), [classes, tables.length / classes]),
    means: tensor2d(filled(means, classes * room), [classes, room]),
    covariances: tensor3d(filled(covariances, classes * room * room), [classes, room, room]),
    ...{ x: curve('x'), z: curve('z'), slope: curve('slope') },
    gaps: tensor1d(gaps.map(Number)),
  };
  return { config, params };
}

/** Rows of all columns, those of the context in their places; `null` where there are no others. */
function wholeRows(
  columns: number,
  given: readonly number[],
  values: ArrayLike<number> | null,
  context: ArrayLike<number> | null,
  count: number,
) {
  const rows = new Float64Array(count * columns).fill(openCell);
  const isGiven = new Set(given);
  const own = Array.from({ length: columns }, (_, i) => i).filter((i) => !isGiven.has(i));
  for (let row = 0; row < count; row++) {
    for (const [at, i] of own.entries()) if (values) rows[row * columns + i] = values[row * own.length + at] as number;
    for (const [at, i] of given.entries()) {
      if (context) rows[row * columns + i] = context[row * given.length + at] as number;
    }
  }
  return { rows, own };
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
    const own = columns.length - given.length;
    if (new Set(given).size !== given.length || given.some((i) => i >= columns.length))
      fail('its context names a column twice, or one that there is not');
    if (eventShape.length !== 1 || eventShape[0] !== own)
      fail(`it has ${own} columns, and the event has another shape`);
    if ((contextShape?.[0] ?? 0) !== given.length || (contextShape?.length ?? 1) !== 1)
      fail(`it takes a context of ${given.length} columns`);
    const room = Math.max(1, continuingColumns(columns).length);
    const states = stateOffsets(columns).at(-1) as number;
    const fixed = { trainable: false } as const;
    const shapes = {
      ...{ logits: [classes], tables: [classes, states], means: [classes, room], covariances: [classes, room, room] },
      ...{ x: [room, knots], z: [room, knots], slope: [room, knots], gaps: [columns.length] },
    };
    const contextOf = ({ context }: Call): ArrayLike<number> | null => (context ? readRows(context) : null);
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
        const line = Float64Array.from({ length: knots }, (_, i) => i - (knots - 1) / 2);
        const curve = { x: line, z: line, slope: new Float64Array(knots).fill(1) };
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
        const context = contextOf(call);
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
        const { rows, own: places } = wholeRows(columns.length, given, null, contextOf(call), count);
        const draw = rowDrawer(classModelOf(config, params), gapsOf(params), { temperature });
        const source = randomSource(seed);
        const drawn = new Float32Array(count * own);
        for (let row = 0; row < count; row++) {
          const one = rows.subarray(row * columns.length, (row + 1) * columns.length);
          draw(one, source);
          for (const [at, i] of places.entries()) drawn[row * own + at] = one[i] as number;
        }
        return tensor2d(drawn, [count, own]);
      },
    };
  },
});
