import { type Bijector, type Definition, defineLayer, everywhere, leaf, type StartingData, sizeOf } from '@diffeo/core';
import { neg, reshape, sum, type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { integer, maxValue, minValue, number, optional, pipe, strictObject } from 'valibot';
import { curveKnots } from './curve-knots.ts';
import { kernelEstimate } from './kernel-estimate.ts';
import { alongCurve, backAlongCurve, type MonotoneCurves } from './monotone-curve.ts';
import { rowReservoir } from './row-reservoir.ts';

/** The parameters of {@link gaussianise}: knots of a curve for each number, fixed, and started from data. */
type GaussianiseParams = { readonly [Name in keyof MonotoneCurves]: Tensor | null };

/** Numbers kept of all columns together, and rows at least and at most. */
const maxNumbers = 2 ** 21;
const [fewestRows, maxRows] = [2 ** 12, 2 ** 16];

/** In one pass, in float64 on the host. */
async function measure(data: StartingData, size: number, knots: number): Promise<MonotoneCurves> {
  const limit = Math.min(maxRows, Math.max(fewestRows, Math.floor(maxNumbers / size)));
  const rows = rowReservoir(size, limit);
  await data.each(async (x) => rows.add(await x.data()));
  const count = rows.count();
  const curves = rows.sorted().map((column) => curveKnots(kernelEstimate(column, count), knots));
  const table = (name: keyof MonotoneCurves): Tensor =>
    tensor2d(Float32Array.from(curves.flatMap((curve) => [...curve[name]])), [size, knots]);
  return { x: table('x'), z: table('z'), slope: table('slope') };
}

const schema = strictObject({
  /** Knots of each curve, 33 to 1025. Default 65. */
  knots: optional(pipe(number(), integer(), minValue(33), maxValue(1025)), 65),
});

/**
 * Makes every number of the event a standard normal by itself: inverse(x) = Φ⁻¹(F(x)) with a smooth estimate F of its distribution over the
 * data that the flow starts from, and logDet Σ log dz/dx. What is left for the layers behind it is how the numbers depend on each other. Put it first, and scores stay
 * in the units of the data.
 *
 * F is a kernel estimate, of 1,000 normal kernels at most, whose widths are chosen by the likelihood of each number under the others, among the rule of thumb
 * times factors from 0.1 to 2 and widths that follow the distance to the neighbours (Abramson 1982); 2 % of a normal of three times the
 * deviation and 0.1 % of a Cauchy distribution are mixed in, so that a number far out is rare and not impossible. It is kept as a monotone curve of rational-quadratic pieces, straight beyond
 * its ends: value, inverse and log-slope are those of the curve, exact but for rounding in both directions.
 *
 * One pass over the data, which are read back from the device; of more than 65,536 rows a random sample of as many is looked at. A number
 * that never changes keeps the scale 1. Knots are saved with the model and never trained.
 */
export const gaussianise: Definition<'layer', typeof schema> = /* @__PURE__ */ defineLayer({
  type: '@diffeo/layers-elementwise/gaussianise',
  version: 1,
  schema,
  build: ({ knots }, { eventShape }): Bijector<GaussianiseParams> => {
    const size = sizeOf(eventShape);
    const fixed = leaf([size, knots], { trainable: false, fromData: true });
    const rowsOf = (x: Tensor): Tensor => reshape(x, [x.shape[0] as number, size]);
    const eventsOf = (rows: Tensor): Tensor => reshape(rows, [rows.shape[0] as number, ...eventShape]);
    return {
      eventShape,
      baseShape: eventShape,
      contextShape: null,
      support: { domain: everywhere, codomain: everywhere },
      layout: { x: fixed, z: fixed, slope: fixed },
      init: () => ({ x: null, z: null, slope: null }),
      start: async (params, data) => {
        const measured = await measure(data, size, knots);
        return { x: params.x ?? measured.x, z: params.z ?? measured.z, slope: params.slope ?? measured.slope };
      },
      forward: (params, z) => {
        const { value, logSlope } = backAlongCurve(params as MonotoneCurves, rowsOf(z));
        return { value: eventsOf(value), logDet: neg(sum(logSlope, 1)) };
      },
      inverse: (params, x) => {
        const { value, logSlope } = alongCurve(params as MonotoneCurves, rowsOf(x));
        return { value: eventsOf(value), logDet: sum(logSlope, 1) };
      },
    };
  },
});
