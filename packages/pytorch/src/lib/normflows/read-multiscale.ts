import { diagonalNormal } from '@diffeo/core';
import { multiScale } from '@diffeo/layers-glow';
import { refuse } from '../file/refuse.ts';
import type { StateDict } from '../file/state-dict.ts';
import type { ReadModel } from '../parts/build-model.ts';
import { run } from '../parts/coupling-piece.ts';
import { type Image, pixelByPixel, squeezed } from '../parts/images.ts';
import { type Piece, vectorOf } from '../parts/piece.ts';
import { need } from '../recipe/need.ts';
import { imageFlow } from './glow-block.ts';
import type { NormflowsRecipe } from './normflows-recipe.ts';

/** The layers of a level, from data to base, and what comes out of them. */
function readLevel(list: StateDict, count: number, image: Image, recipe: NormflowsRecipe) {
  const beyond = list.children().find((name) => Number(name) >= count);
  if (beyond !== undefined) refuse(`${list.path}.${beyond}`, `the recipe says ${count} flows of this level`);
  let reached = image;
  const pieces = run(0, count)
    .toReversed()
    .flatMap((i) => {
      if (list.has(`${i}`)) return imageFlow(list.at(`${i}`), reached[0], recipe);
      if (!recipe.squeezes) {
        refuse(`${list.path}.${i}`, 'it has no tensors; if it is a Squeeze, say squeezes: true in the recipe');
      }
      const found = squeezed(reached);
      reached = found.image;
      return found.pieces;
    });
  return { pieces, image: reached };
}

/** The mean and log-scale of a level's base, for each number of its image, as ours has them: pixel by pixel. */
function baseOf(dict: StateDict, image: Image, recipe: NormflowsRecipe) {
  const [channels, height, width] = image;
  if (!dict.has('loc') || !dict.has('log_scale')) refuse(dict.path, 'only DiagGaussian and GlowBase are read as bases');
  if (dict.has('loc_cc')) refuse(dict.path, 'a base that depends on a class has no equivalent here');
  const each = (name: string): number[] => {
    const { values, shape } = dict.take(name);
    const ofChannels = dict.has(`${name}_logs`) ? dict.take(`${name}_logs`).values : null; // of GlowBase
    const count = channels * (ofChannels ? 1 : height * width);
    if (values.length !== count) {
      refuse(dict.path, `[${shape.join(', ')}] numbers for an image of ${channels} × ${height} × ${width}`);
    }
    if (!ofChannels) return pixelByPixel(values, image);
    const { logscaleFactor: factor = 3 } = recipe; // asked for here alone: it is of GlowBase
    const scaled = values.map((value, channel) => value * Math.exp(factor * (ofChannels[channel] as number)));
    return Array.from({ length: channels * height * width }, (_, at) => scaled[at % channels] as number);
  };
  return { mean: each('loc'), logScale: each('log_scale') };
}

/**
 * The state dict of a `MultiscaleFlow` of normflows, which lists its levels from base to data, each from base to data. Channels come last here, in the same
 * order; of base vectors those of a level are pixel by pixel, the level at the data first.
 *
 * @param counts how many flows each level has
 */
export function readMultiscale(dict: StateDict, recipe: NormflowsRecipe, counts: readonly number[]): ReadModel {
  const given = need(recipe, 'inputShape', 'flows', 'channels, height and width of the images');
  const levels: { readonly layers: readonly Piece[]; readonly base: ReturnType<typeof baseOf> }[] = [];
  const beyond = dict
    .at('flows')
    .children()
    .find((name) => Number(name) >= counts.length);
  if (beyond !== undefined) refuse(`flows.${beyond}`, `the recipe says ${counts.length} levels`);
  let image: Image = given;
  for (const level of run(0, counts.length).toReversed()) {
    const { pieces, image: reached } = readLevel(dict.at(`flows.${level}`), counts[level] as number, image, recipe);
    const [channels, height, width] = reached;
    if (level > 0 && channels % 2 === 1)
      refuse(`flows.${level}`, `${channels} channels, an odd number, cannot be split as here`);
    const goesOn = level === 0 ? 0 : channels / 2;
    const base = baseOf(dict.at(`q0.${level}`), [channels - goesOn, height, width], recipe);
    levels.push({ layers: pieces, base });
    image = [goesOn, height, width];
  }
  const [channels, height, width] = given;
  return {
    eventShape: [height, width, channels],
    contextFeatures: 0,
    pieces: [
      {
        spec: multiScale({ levels: levels.map(({ layers }) => ({ layers: layers.map(({ spec }) => spec) })) }),
        params: levels.map(({ layers }) => layers.map(({ params }) => params)),
      },
    ],
    base: {
      spec: diagonalNormal(),
      params: {
        mean: vectorOf(levels.flatMap(({ base }) => base.mean)),
        logScale: vectorOf(levels.flatMap(({ base }) => base.logScale)),
      },
    },
  };
}
