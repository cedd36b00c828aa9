import {
  type Bijector,
  type Definition,
  defineLayer,
  everywhere,
  leaf,
  type Shape,
  type StartingData,
  sizeOf,
} from '@diffeo/core';
import { product } from '@diffeo/core/engine';
import { runningMoments } from '@diffeo/core/starting';
import { triangularInverse } from '@diffeo/ops';
import {
  add,
  div,
  eye,
  fill,
  log,
  mul,
  neg,
  reshape,
  sub,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  transpose,
} from '@tensorflow/tfjs-core';
import { strictObject } from 'valibot';
import { whiteningMatrix } from './whitening-matrix.ts';

/** The parameters of {@link whiten}: fixed, and started from data. */
interface WhitenParams {
  readonly mean: Tensor | null;
  readonly scale: Tensor | null;
  /** W, `[size, size]`, lower triangular. */
  readonly matrix: Tensor | null;
}

type Started = { readonly [Name in keyof WhitenParams]: Tensor };

/** In one pass, by linear algebra in float64 on the host. */
async function measure(data: StartingData, size: number): Promise<Started> {
  const moments = runningMoments(size, { correlated: true });
  await data.each(async (x) => moments.add(await x.data()));
  const scale = Float32Array.from(moments.deviation(), (deviation) => Math.fround(deviation) || 1);
  return {
    mean: tensor1d(Float32Array.from(moments.mean())),
    scale: tensor1d(scale),
    matrix: tensor2d(Float32Array.from(whiteningMatrix(moments.correlations(), size)), [size, size]),
  };
}

const schema = strictObject({});

/**
 * Brings the numbers of the event to mean 0, deviation 1 and no correlation over the data that the flow starts from:
 * inverse(x) = W·((x − mean) / scale), with W lower triangular, so that a flow with nothing behind it but the standard
 * normal is the Gaussian of full covariance. logDet Σ log W[i, i] − Σ log scale. Put it first, and scores stay in the units
 * of the data.
 *
 * The covariance is that of maximum likelihood, divided by the number of rows, in float64. Where a number is a linear
 * function of those before it, or nearly so, correlations are shrunk by as little as leaves it 1e-5 of its deviation to
 * itself; one that never changes keeps the scale 1. All three parameters are saved with the model and never trained.
 * Starting reads the data back from the device, chunk by chunk.
 */
export const whiten: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/whiten',
  version: 1,
  schema,
  build: (_, { eventShape }): Bijector<WhitenParams> => {
    const size = sizeOf(eventShape);
    const fixed = (shape: Shape) => leaf(shape, { trainable: false, fromData: true });
    const rowsOf = (x: Tensor): Tensor => reshape(x, [x.shape[0] as number, size]);
    const eventsOf = (rows: Tensor): Tensor => reshape(rows, [rows.shape[0] as number, ...eventShape]);
    const diagonal = (matrix: Tensor): Tensor => sum(mul(matrix, eye(size)), 1);
    const logDet = ({ scale, matrix }: Started): Tensor => sub(sum(log(diagonal(matrix))), sum(log(scale)));
    const perRow = (x: Tensor, value: Tensor): Tensor => mul(fill([x.shape[0] as number], 1), value);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout: { mean: fixed([size]), scale: fixed([size]), matrix: fixed([size, size]) },
      init: () => ({ mean: null, scale: null, matrix: null }),
      start: async (params, data) => {
        const { mean, scale, matrix } = params;
        const measured = await measure(data, size);
        return { mean: mean ?? measured.mean, scale: scale ?? measured.scale, matrix: matrix ?? measured.matrix };
      },
      forward: (params, z) => {
        const { mean, scale, matrix } = params as Started;
        const unwhitened = product(rowsOf(z), transpose(triangularInverse(matrix, { triangle: 'lower' })));
        return {
          value: eventsOf(add(mul(unwhitened, scale), mean)),
          logDet: perRow(z, neg(logDet(params as Started))),
        };
      },
      inverse: (params, x) => {
        const { mean, scale, matrix } = params as Started;
        const standard = div(sub(rowsOf(x), mean), scale);
        return { value: eventsOf(product(standard, transpose(matrix))), logDet: perRow(x, logDet(params as Started)) };
      },
    };
  },
});
