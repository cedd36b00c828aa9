import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Flow, type FlowParams, fold, type Seed, sizeOf } from '@diffeo/core';
import { takeRows, toTensor } from '@diffeo/datasets';
import { type Images, imageSheet, nearestImages } from '@diffeo/datasets/images';
import { interpolate, sample } from '@diffeo/trainer';

/** A trained flow, and where its pictures go. */
export interface Gallery {
  readonly model: Flow;
  readonly params: FlowParams;
  readonly bins: number;
  readonly folder: string;
  /** What the names of the files begin with. */
  readonly name: string;
  readonly seed: Seed;
}

const temperatures = [0.5, 0.7, 1];
const across = 12;
const [ways, stops] = [6, 10];

function writeSheet(
  { model, bins, folder, name }: Gallery,
  what: string,
  values: Float32Array,
  columns: number,
): string {
  const { eventShape } = model;
  const images = nearestImages({ values, count: values.length / sizeOf(eventShape), eventShape }, bins);
  const scale = Math.max(1, Math.round(56 / (eventShape[0] as number)));
  const file = join(folder, `${name}-${what}.png`);
  writeFileSync(file, imageSheet(images, { columns, scale }));
  return file;
}

const joined = (rows: readonly Float32Array[]): Float32Array => Float32Array.from(rows.flatMap((row) => [...row]));

/** The same two rows of noise at each temperature, the lowest above. */
export async function writeSamples(gallery: Gallery): Promise<string> {
  const { model, params, seed } = gallery;
  const rows: Float32Array[] = [];
  for (const temperature of temperatures) {
    rows.push(await sample(model, params, { count: 2 * across, seed: fold(seed, 'samples'), temperature }));
  }
  return writeSheet(gallery, 'samples', joined(rows), across);
}

/** Originals in the rows above what came back of them. */
export function writeReconstructions(gallery: Gallery, originals: Float32Array, back: Float32Array): string {
  const size = across * sizeOf(gallery.model.eventShape);
  const rows = [0, 1, 2].flatMap((i) => [originals, back].map((all) => all.subarray(i * size, (i + 1) * size)));
  return writeSheet(gallery, 'reconstructions', joined(rows), across);
}

/** Ways between pairs of images through the latents, a way in each row. */
export async function writeInterpolations(gallery: Gallery, images: Images): Promise<string> {
  const { model, params, seed } = gallery;
  const ends = [0, 1].map((end) =>
    toTensor(
      takeRows(
        images,
        Array.from({ length: ways }, (_, i) => (2 * i + end) % images.count),
      ),
    ),
  );
  const [from, to] = ends as [(typeof ends)[number], (typeof ends)[number]];
  const values = await interpolate(model, params, from, to, { steps: stops, noise: fold(seed, 'interpolations') });
  for (const tensor of ends) tensor.dispose();
  return writeSheet(gallery, 'interpolations', values, stops);
}
