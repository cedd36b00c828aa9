import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bitsPerDim, disposeParams, type Flow, type FlowParams, fold, type Seed, save } from '@diffeo/core';
import { takeRows, toTensor } from '@diffeo/datasets';
import type { Images } from '@diffeo/datasets/images';
import { gaussianBaseline, reconstruct, score, startWorkers, useWasm, type Workers } from '@diffeo/trainer';
import { type Machine, machine } from '../machine.ts';
import { say } from '../say.ts';
import { type DataSet, readDataSets, type SetName } from './data-set.ts';
import { curveCsv } from './learning-curve.ts';
import { type FlowName, gaussianFronts, type Noise, qualityFlow } from './quality-flow.ts';
import { type Gallery, writeInterpolations, writeReconstructions, writeSamples } from './sheets.ts';
import { type CurvePoint, trainWithin } from './train-within.ts';

/** What to train, for how long, and where results go. */
export interface QualityOptions {
  readonly only: readonly SetName[] | undefined;
  readonly noises: readonly Noise[];
  readonly flows: readonly FlowName[];
  /** Of each run; without it, what the data take. */
  readonly minutes: number | undefined;
  /** Of each run; without it, as many as fit into its minutes. */
  readonly steps: number | undefined;
  /** The folder of the data; without it, that beside the repository. */
  readonly data: string | undefined;
  /** The folder of pictures, learning curves, models and `quality.json`. */
  readonly out: string;
  readonly seed: Seed;
}

/** What Gaussians of full covariance reach on the same parts, with even noise. */
interface GaussianBits {
  /** Behind the flow's own preprocessing, which stretches the ends of the bins. */
  readonly preprocessed: number;
  /** Of the bins as they are. */
  readonly plain: number;
}

/** A trained flow. Likelihoods are bits per dimension. */
export interface QualityRow {
  readonly data: SetName;
  /** How many images there were to train on, to validate on and to test on, and how the parts came about. */
  readonly images: readonly [train: number, validation: number, test: number];
  readonly parts: string;
  readonly noise: Noise;
  readonly flow: FlowName;
  readonly steps: number;
  /** The step whose parameters were kept. */
  readonly bestStep: number;
  readonly stopped: 'finished' | 'converged' | 'cancelled';
  readonly minutes: number;
  readonly peakBytes: number | null;
  /** Of the test part: one draw of the noise, and its standard error over the images. */
  readonly bits: number;
  readonly standardError: number;
  /** Of the first images of the test part, so many, with 1 and with 16 draws. */
  readonly draws: { readonly images: number; readonly one: number; readonly sixteen: number };
  readonly curve: readonly CurvePoint[];
  /** Of the first images of the test part: the share of numbers that came back exactly. */
  readonly reconstruction: { readonly images: number; readonly exact: number; readonly largestError: number };
  /** Of MNIST's test part, of which this model never saw an image; of the model of Fashion-MNIST alone. */
  readonly mnistBits?: number;
  /** log2 of the bins: what knowing nothing costs. */
  readonly binBits: number;
  /** Two Gaussians of full covariance, of the digits alone. */
  readonly gaussian?: GaussianBits;
  /** What is wanted at most. */
  readonly target: number | null;
  readonly files: readonly string[];
}

export interface QualityResult {
  readonly benchmark: 'quality';
  readonly machine: Machine;
  readonly seed: Seed;
  readonly rows: readonly QualityRow[];
  /** Sets for which there are no files. */
  readonly leftOut: readonly string[];
}

const maxReconstructed = 1000;
const maxDraws = 1000;
const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;

const tensorOf = (images: Images) => toTensor(images);
const firstOf = (images: Images, most: number): Images =>
  takeRows(
    images,
    Array.from({ length: Math.min(most, images.count) }, (_, i) => i),
  );

/** A trained flow that scores images on workers. */
interface Scorer {
  readonly model: Flow;
  readonly params: FlowParams;
  readonly workers: Workers;
  readonly seed: Seed;
}

/** Bits per dimension of every image. */
async function bitsOf({ model, params, workers, seed }: Scorer, images: Images, draws = 1): Promise<number[]> {
  const x = tensorOf(images);
  const scores = await score(model, params, x, { noise: fold(seed, 'test noise'), draws, workers });
  x.dispose();
  return Array.from(scores, (logProb) => bitsPerDim(model, -logProb));
}

async function gaussianBits(set: DataSet, seed: Seed): Promise<GaussianBits> {
  const rows = { train: tensorOf(set.train), heldOut: tensorOf(set.test) };
  const bitsBehind = async (front: Flow): Promise<number> => {
    const params = await front.start(front.init(seed), rows.train, { noise: seed });
    const { nll } = await gaussianBaseline(front, params, { ...rows, noise: fold(seed, 'baseline') });
    disposeParams(front.layout, params);
    return bitsPerDim(front, nll);
  };
  const { preprocessed, plain } = gaussianFronts(set);
  const bits = { preprocessed: await bitsBehind(preprocessed), plain: await bitsBehind(plain) };
  for (const tensor of Object.values(rows)) tensor.dispose();
  return bits;
}

/** Draws pictures, and counts what comes back from the latents exactly. */
async function hang(gallery: Gallery, test: Images): Promise<Pick<QualityRow, 'reconstruction' | 'files'>> {
  const images = firstOf(test, maxReconstructed);
  const x = tensorOf(images);
  const { model, params, seed } = gallery;
  const { values, ...found } = await reconstruct(model, params, x, { noise: fold(seed, 'reconstruction') });
  x.dispose();
  const files = [
    await writeSamples(gallery),
    writeReconstructions(gallery, Float32Array.from(images.values), values),
    await writeInterpolations(gallery, test),
  ];
  return { reconstruction: { images: images.count, ...found }, files };
}

async function rowOf(
  set: DataSet,
  { noise, flow }: { readonly noise: Noise; readonly flow: FlowName },
  { minutes = set.minutes, steps: wanted, out, seed }: QualityOptions,
  foreign: Images | undefined,
): Promise<QualityRow> {
  const { name, train, validation, test, parts, maxSteps, target } = set;
  say(`${name}, ${flow}, ${noise} noise, ${minutes} minutes`);
  const model = qualityFlow(set, noise, flow);
  const called = [name, noise, ...(flow === 'glow' ? [] : [flow])].join('-');
  const workers = await startWorkers(model, { count: 2 });
  const data = { train: tensorOf(train), validation: tensorOf(validation), first: tensorOf(firstOf(train, 1000)) };
  try {
    const { fitted, curve } = await trainWithin(model, data, { minutes, maxSteps, steps: wanted }, { workers, seed });
    const { params, steps, bestStep, stopped, seconds, peakBytes } = fitted;
    const scorer = { model, params, workers, seed };
    const bits = await bitsOf(scorer, test);
    const few = firstOf(test, maxDraws);
    const sixteen = mean(await bitsOf(scorer, few, 16));
    const gallery = { model, params, bins: test.bins, folder: out, name: called, seed };
    const { reconstruction, files } = await hang(gallery, test);
    const written = (ending: string, content: string | Uint8Array): string => {
      const file = join(out, `${called}${ending}`);
      writeFileSync(file, content);
      return file;
    };
    const more = [
      written('-curve.csv', curveCsv(curve)),
      written('.safetensors', await save(model, params, { metadata: { trainedOn: name } })),
    ];
    const middle = mean(bits);
    const variance = mean(bits.map((value) => (value - middle) ** 2));
    const row: QualityRow = {
      ...{ data: name, images: [train.count, validation.count, test.count], parts, noise, flow },
      ...{ steps, bestStep, stopped, minutes: seconds / 60, peakBytes },
      ...{ bits: middle, standardError: Math.sqrt(variance / bits.length) },
      draws: { images: few.count, one: mean(bits.slice(0, few.count)), sixteen },
      ...{ curve, reconstruction },
      ...(foreign && { mnistBits: mean(await bitsOf(scorer, foreign)) }),
      binBits: Math.log2(test.bins),
      ...(name === 'digits' && { gaussian: await gaussianBits(set, seed) }),
      ...{ target, files: [...files, ...more] },
    };
    disposeParams(model.layout, params);
    return row;
  } finally {
    for (const tensor of Object.values(data)) tensor.dispose();
    await workers.close();
  }
}

/** The images of MNIST that are held out, where their file is there. */
async function mnistTest({ data, seed }: QualityOptions, sets: readonly DataSet[]): Promise<Images | undefined> {
  const read = sets.find(({ name }) => name === 'mnist');
  if (read) return read.test;
  return await readDataSets({ only: ['mnist'], folder: data, seed }).then(
    ({ sets: [mnist] }) => mnist?.test,
    () => undefined,
  );
}

/**
 * Trains each flow on each set with each noise, on two workers, and measures what came of it on images that it never saw. Writes
 * pictures, learning curves and models; and `quality.json` after each run, so that what is done is kept.
 */
export async function measureQuality(options: QualityOptions): Promise<QualityResult> {
  const { only, noises, flows, data, out, seed } = options;
  await useWasm();
  const { sets, leftOut } = await readDataSets({ only, folder: data, seed });
  mkdirSync(out, { recursive: true });
  const before = machine();
  const rows: QualityRow[] = [];
  const result = (): QualityResult => ({ benchmark: 'quality', machine: before, seed, rows, leftOut });
  for (const set of sets) {
    for (const each of noises.flatMap((noise) => flows.map((flow) => ({ noise, flow })))) {
      const foreign = set.name === 'fashion' ? await mnistTest(options, sets) : undefined;
      rows.push(await rowOf(set, each, options, foreign));
      writeFileSync(join(out, 'quality.json'), `${JSON.stringify(result(), null, 2)}\n`);
    }
  }
  return result();
}
