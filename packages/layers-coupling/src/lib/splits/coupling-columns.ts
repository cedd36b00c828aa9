import { DiffeoError, type Shape, type Spec, sizeOf } from '@diffeo/core';
import { coupling } from '../coupling.ts';
import type { CouplingConfig } from '../maps/coupling-map.ts';
import { type Columns, type Mask, partition } from './mask.ts';

/** Which of an image's numbers stay, by pixel and channel. */
function staysIn([height, width, channels]: readonly [number, number, number], mask: 'channels' | 'checkerboard') {
  return Array.from({ length: height * width * channels }, (_, d) => {
    const pixel = Math.floor(d / channels);
    if (mask === 'channels') return d % channels < Math.ceil(channels / 2);
    return (Math.floor(pixel / width) + (pixel % width)) % 2 === 0;
  });
}

/**
 * Which numbers of an event a coupling leaves as they are, and which it transforms, each list ascending; of an event that is
 * no vector they are counted row by row. It is what a program in another language needs beside the model file, where a mask
 * is only named: `{ random: seed }` stands for a draw.
 *
 * @param spec a coupling of this package
 * @param eventShape the shape of the events that reach it
 * @throws DiffeoError `SPEC` for another layer, `SHAPE` where the mask does not fit the event.
 */
export function couplingColumns(spec: Spec<'layer'>, eventShape: Shape): Columns {
  const fail = (message: string): never => {
    throw new DiffeoError('SHAPE', `${spec.$type}, event shape [${eventShape.join(', ')}]: ${message}`);
  };
  if (spec.$type !== coupling.type) {
    throw new DiffeoError('SPEC', `couplingColumns takes a coupling ('${coupling.type}'); got '${spec.$type}'`);
  }
  const { mask, swap } = spec.config as CouplingConfig;
  if (mask !== 'channels' && mask !== 'checkerboard') {
    return partition(mask as Mask, swap, sizeOf(eventShape), fail).columns();
  }
  if (eventShape.length !== 3) {
    return fail(`the mask '${mask}' is for images, whose event shape is [height, width, channels]`);
  }
  const stays = staysIn(eventShape as readonly [number, number, number], mask);
  const side = (wanted: boolean) => [...stays.keys()].filter((d) => stays[d] === wanted);
  return { identityColumns: side(!swap), transformedColumns: side(swap) };
}
