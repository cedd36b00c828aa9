import type { PlanePoint } from '@diffeo/charts';
import { type Flow, type FlowParams, load } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { twoMoons } from '@diffeo/datasets';
import { coupling } from '@diffeo/layers-coupling';
import { standardise } from '@diffeo/layers-elementwise';
import { mlp } from '@diffeo/networks';
import { affine } from '@diffeo/ops';
import { type Tensor, tensor2d } from '@tensorflow/tfjs-core';
import { middles, pairs } from '../lib/lattice.ts';

/** What one layer does to the point. */
export interface Step {
  /** The layer, in a word or two. */
  readonly layer: string;
  /** Where the point lies behind it, and some of the data with it. */
  readonly point: PlanePoint;
  readonly cloud: readonly PlanePoint[];
  /** Its log|det| at the point, nats. */
  readonly logDet: number;
}

/** A point's way from data to the base. */
export interface Way {
  readonly from: PlanePoint;
  readonly cloud: readonly PlanePoint[];
  readonly steps: readonly Step[];
  /** log p(z), of the base. */
  readonly baseLogProb: number;
  /** What the library's `logProb` says of the point. */
  readonly logProb: number;
}

/** The two moons' square, and how many boxes its density is computed in along each side. */
export const plane = [-1.8, 2.8] as const;
export const planeUp = [-2.05, 2.55] as const;
export const boxes = 72;
const cloudSize = 220;

/** A trained flow on two moons. */
export interface Moons {
  readonly model: Flow;
  readonly params: FlowParams;
}

/** Reads the committed flow. */
export const loadMoons = (bytes: Uint8Array): Moons =>
  load(bytes, { definitions: [standardise, coupling, affine, mlp] });

const asTensor = (points: readonly PlanePoint[]): Tensor => tensor2d(points as [number, number][]);

/** Densities over the plane, box after box. */
export const densities = ({ model, params }: Moons): Float32Array =>
  tidied(() => {
    const shift = planeUp[0] - plane[0];
    const points = middles(boxes, plane).map(([x, y]): PlanePoint => [x, y + shift]);
    return (model.logProb(params, asTensor(points)).dataSync() as Float32Array).map(Math.exp);
  });

const data = twoMoons().sample(cloudSize, 7);

const named = (name: string, number: number): string => {
  const type = name.match(/\/([\w-]+)\)$/)?.[1] ?? name;
  return type === 'coupling' ? `coupling ${number}` : type;
};

/** Follows a point through the layers: every number is one that the flow's own `trace` returned. */
export const follow = ({ model, params }: Moons, from: PlanePoint): Way =>
  tidied(() => {
    const cloud = pairs(data.values);
    const traced = model.trace(params, asTensor([from, ...cloud])).map(({ name, value, logDet }) => ({
      name,
      values: value.dataSync(),
      logDet: logDet.dataSync()[0] as number,
    }));
    const base = traced.at(-1);
    return {
      from,
      cloud,
      steps: traced.slice(0, -1).map(({ name, values, logDet }, i) => ({
        layer: named(name, i),
        point: [values[0] as number, values[1] as number],
        cloud: pairs(values, 1),
        logDet,
      })),
      baseLogProb: base?.logDet ?? Number.NaN,
      logProb: model.logProb(params, asTensor([from])).dataSync()[0] as number,
    };
  });
