import { type Layout, leaf, type Seed } from '@diffeo/core';
import type { MarginalCurve } from '@diffeo/layers-elementwise';
import { type Tensor, tensor1d } from '@tensorflow/tfjs-core';
import { array, type InferOutput, integer, maxLength, maxValue, minValue, number, pipe, strictObject } from 'valibot';
import { type CurveParams, curveParams, knotsSchema, straightCurve } from '../mixed/curve-params.ts';
import { countSchema, mixedColumnSchema } from '../mixed/mixed-column.ts';
import { buildNetwork, type NetworkParams } from './network.ts';
import { rowLayout } from './row-layout.ts';

const place = pipe(number(), integer(), minValue(0), maxValue(4095));

/** The schema of an autoregressive density of rows. */
export const autoregressiveSchema = strictObject({
  /** How each column of a row is distributed, those of the context among them. */
  columns: pipe(array(mixedColumnSchema), maxLength(4096)),
  /** Which columns are the context, by their places. */
  given: array(place),
  /** All columns, those of the context first: each depends on those before it. */
  sequence: array(place),
  /** Units of the hidden layers. */
  hidden: pipe(array(countSchema(4096)), maxLength(16)),
  /** Logistic distributions in the mixture of a number. */
  components: countSchema(64),
  knots: knotsSchema,
});

/** Its configuration. */
export type AutoregressiveConfig = InferOutput<typeof autoregressiveSchema>;

/** Its parameters: those of the network, and what was found in the data, which is fixed. */
export interface AutoregressiveParams extends CurveParams {
  readonly network: NetworkParams;
  /** `[states]`: the probabilities of the states of each column among all rows, one column after the other. */
  readonly shares: Tensor;
  /** `[columns]`: 1 where training had gaps. */
  readonly gaps: Tensor;
}

/** What is found in data before training. */
export interface FoundInRows {
  readonly curves: readonly MarginalCurve[];
  readonly shares: ArrayLike<number>;
  readonly gaps: readonly boolean[];
}

/** What was found as parameters. */
export const foundParams = ({ curves, shares, gaps }: FoundInRows, knots: number) => ({
  shares: tensor1d(Float32Array.from(shares)),
  ...curveParams(curves, knots),
  gaps: tensor1d(gaps.map(Number)),
});

/** What a network starts from where there are no data: every state as likely, scores that are the numbers. */
function nothingFound({ columns, knots }: AutoregressiveConfig, curves: number): FoundInRows {
  return {
    curves: Array.from({ length: curves }, () => straightCurve(knots)),
    shares: columns.flatMap(({ atoms }) => new Array<number>(atoms.length + 2).fill(1 / (atoms.length + 2))),
    gaps: columns.map(() => false),
  };
}

/** The layout, the network and the parameters of a configuration. */
export function autoregressiveParts(config: AutoregressiveConfig) {
  const { columns, hidden, knots } = config;
  const layout = rowLayout(config);
  const network = buildNetwork(layout, hidden);
  const fixed = { trainable: false } as const;
  const curve = leaf([Math.max(1, layout.going.length), knots], fixed);
  const params: Layout<AutoregressiveParams> = {
    network: network.layout,
    shares: leaf([layout.offsets.at(-1) as number], fixed),
    ...{ x: curve, z: curve, slope: curve },
    gaps: leaf([columns.length], fixed),
  };
  const init = (seed: Seed): AutoregressiveParams => ({
    network: network.init(seed),
    ...foundParams(nothingFound(config, layout.going.length), knots),
  });
  return { layout, network, params, init };
}
