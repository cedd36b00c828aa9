import type { Entrant } from '../comparison/competitor.ts';
import { writeImageExercise } from '../images/exercise.ts';
import { imageSizes, nameOf as nameOfImages } from '../images/image-size.ts';
import { ours as oursOfImages } from '../images/measure-images.ts';
import { ours, peers } from '../training/entrants.ts';
import { writeExercise } from '../training/exercise.ts';
import { modelSizes, nameOf } from '../training/model-size.ts';

/** A model whose training is profiled. */
export interface ProfileSubject {
  readonly model: string;
  /** What the names of its files begin with. */
  readonly file: string;
  readonly entrants: readonly Entrant[];
  /** Writes weights and data into a folder, and returns the exercise. */
  write(folder: string): object | Promise<object>;
}

/** The models of `training`, by stock tfjs, which is what ours was before, and by ours. */
export const vectorSubjects: readonly ProfileSubject[] = modelSizes.map((size, i) => ({
  model: nameOf(size),
  file: `model-${i + 1}`,
  entrants: [peers[0] as Entrant, ours[0]],
  write: (folder) => writeExercise(size, folder),
}));

/** The models of `images`, by ours alone: stock tfjs cannot train them. */
export const imageSubjects: readonly ProfileSubject[] = imageSizes.map((size, i) => ({
  model: nameOfImages(size),
  file: `images-${i + 1}`,
  entrants: [oursOfImages[0]],
  write: (folder) => writeImageExercise(size, folder),
}));
