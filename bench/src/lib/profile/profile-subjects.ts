import type { CompetitorSpec } from '../comparison/competitor.ts';
import { type ImageSize, imageSizes, nameOf as nameOfImages, smokeSize as smokeImages } from '../images/image-size.ts';
import { ours as oursOfImages } from '../images/measure-images.ts';
import { writeImageProblem } from '../images/problem.ts';
import { ours, peers } from '../training/competitors.ts';
import { type ModelSize, modelSizes, nameOf, smokeSize } from '../training/model-size.ts';
import { writeProblem } from '../training/problem.ts';

/** A model whose training is profiled. */
export interface ProfileSubject {
  readonly model: string;
  /** What the names of its files begin with. */
  readonly file: string;
  readonly competitorSpecs: readonly CompetitorSpec[];
  /** Writes weights and data into a folder, and returns the problem. */
  write(folder: string): object | Promise<object>;
}

const ofVectors = (size: ModelSize, name: string): ProfileSubject => ({
  model: nameOf(size),
  file: `model-${name}`,
  // Stock tfjs has no splines.
  competitorSpecs: size.bins ? [ours[0]] : [peers[0] as CompetitorSpec, ours[0]],
  write: (folder) => writeProblem(size, folder),
});

const ofImages = (size: ImageSize, name: string): ProfileSubject => ({
  model: nameOfImages(size),
  file: `images-${name}`,
  competitorSpecs: [oursOfImages[0]],
  write: (folder) => writeImageProblem(size, folder),
});

/** The models of `training`, by stock tfjs, which is what ours was before, and by ours. */
export const vectorSubjects = modelSizes.map((size, i) => ofVectors(size, `${i + 1}`));

/** The models of `images`, by ours alone: stock tfjs cannot train them. */
export const imageSubjects = imageSizes.map((size, i) => ofImages(size, `${i + 1}`));

/** Small ones of each, which show that everything runs. */
export const smokeSubjects = { vectors: ofVectors(smokeSize, 'smoke'), images: ofImages(smokeImages, 'smoke') };
