import type { Shape } from '@diffeo/core';
import { multiScale } from '@diffeo/layers-glow';
import { refuse } from '../file/refuse.ts';
import { type StateDict, takeIndices } from '../file/state-dict.ts';
import { permutation } from '../parts/affine-pieces.ts';
import { run } from '../parts/coupling-piece.ts';
import { type Image, pixelByPixel, squeezed } from '../parts/images.ts';
import { invertedPieces, type Piece } from '../parts/piece.ts';
import { recipeAt } from '../recipe/watched-recipe.ts';
import { luLinear } from './linear.ts';
import { listLength } from './list-length.ts';
import type { NflowsRecipe } from './nflows-recipe.ts';
import { readTransform } from './transforms.ts';

/** Layers from data to base, and what comes out of them. */
interface Reached {
  readonly pieces: readonly Piece[];
  readonly image: Image;
}

/** A transform of images. */
function readImage(dict: StateDict, image: Image, recipe: NflowsRecipe): Reached {
  if (dict.has('_transforms')) return readList(dict, image, recipe);
  if (dict.has('_transform')) {
    const inner = readImage(dict.at('_transform'), image, recipe);
    if (inner.image[0] !== image[0])
      refuse(dict.path, 'the inverse of a transform that squeezes has no equivalent here');
    return { pieces: invertedPieces(inner.pieces), image };
  }
  if (dict.has('permutation') && dict.has('unconstrained_upper_diag')) {
    // OneByOneConvolution
    return { pieces: [permutation(takeIndices(dict, 'permutation._permutation')), luLinear(dict, recipe)], image };
  }
  const { pieces, features } = readTransform(dict, recipe);
  if (features !== image[0]) refuse(dict.path, `a transform of ${features} channels, where images have ${image[0]}`);
  return { pieces, image };
}

/** Transforms one after another, of which those without tensors squeeze. */
function readList(dict: StateDict, image: Image, recipe: NflowsRecipe): Reached {
  const list = dict.at('_transforms');
  let reached = image;
  const pieces = run(0, listLength(dict, recipe)).flatMap((i) => {
    if (!list.has(`${i}`) && !recipe.squeezes) {
      refuse(`${list.path}.${i}`, 'it has no tensors; if it is a SqueezeTransform, say squeezes: true in the recipe');
    }
    const found = list.has(`${i}`) ? readImage(list.at(`${i}`), reached, recipeAt(recipe, i)) : squeezed(reached);
    reached = found.image;
    return found.pieces;
  });
  return { pieces, image: reached };
}

/** `MultiscaleCompositeTransform`: after each level but the last the first half of the channels is done, and the rest goes on. */
function readLevels(dict: StateDict, image: Image, recipe: NflowsRecipe) {
  const list = dict.at('_transforms');
  const count = listLength(dict, recipe);
  const done: Image[] = [];
  let reached = image;
  const levels = run(0, count).map((level) => {
    const { pieces, image: whole } = readImage(list.at(`${level}`), reached, recipeAt(recipe, level));
    const [channels, height, width] = whole;
    if (level === count - 1) {
      done.push(whole);
      return pieces;
    }
    const first = Math.ceil(channels / 2);
    done.push([first, height, width]);
    reached = [channels - first, height, width];
    // Here the first half goes on.
    return [...pieces, permutation([...run(first, channels - first), ...run(0, first)])];
  });
  return { levels, done };
}

/** A flow of images, whose channels come last here, in the same order. */
export interface ReadImages {
  readonly pieces: readonly Piece[];
  readonly eventShape: Shape;
  readonly contextFeatures: number;
  /** The numbers of a base of nflows, as ours has them: pixel by pixel, and of several levels one after another. */
  inBase(values: ArrayLike<number>): number[];
}

/** The transforms of a flow of images: one after another, or with several levels. */
export function readImages(transform: StateDict, recipe: NflowsRecipe, given: Image): ReadImages {
  const [channels, height, width] = given;
  const shared = { eventShape: [height, width, channels], contextFeatures: 0 };
  if (!recipe.multiscale) {
    const { pieces, image } = readImage(transform, given, recipe);
    return { ...shared, pieces, inBase: (values) => pixelByPixel(values, image) };
  }
  const { levels, done } = readLevels(transform, given, recipe);
  return {
    ...shared,
    pieces: [
      {
        spec: multiScale({ levels: levels.map((pieces) => ({ layers: pieces.map(({ spec }) => spec) })) }),
        params: levels.map((pieces) => pieces.map(({ params }) => params)),
      },
    ],
    inBase: (values) => {
      let from = 0;
      return done.flatMap((image) => {
        const own = Array.from(values).slice(from, from + image[0] * image[1] * image[2]);
        from += own.length;
        return pixelByPixel(own, image);
      });
    },
  };
}
