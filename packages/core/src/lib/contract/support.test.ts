import '@tensorflow/tfjs-backend-cpu';
import { log, sum, type Tensor } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { standardNormal } from '../bases/standard-normal.ts';
import { uniformBox } from '../bases/uniform-box.ts';
import { flow } from '../flow/flow.ts';
import { chain } from '../layers/chain.ts';
import { invert } from '../layers/invert.ts';
import { defineLayer } from './define.ts';
import type { Support } from './parts/bijector.ts';
import type { Interval } from './parts/interval.ts';
import { everywhere } from './support.ts';

const anything = {
  '~standard': { version: 1, vendor: 'diffeo', validate: (value: unknown) => ({ value: value as object }) },
} as const;

/** A layer that says that of itself. What it does matters not: composition is refused before anything runs. */
const saying = (name: string, support?: Support) =>
  defineLayer({
    type: `test/${name}`,
    version: 1,
    schema: anything,
    build: (_, { eventShape }) => {
      const map = (_params: object, x: Tensor) => ({ value: x, logDet: sum(log(x), 1) });
      return {
        ...{ eventShape, baseShape: eventShape, contextShape: null, layout: {}, init: () => ({}) },
        ...{ ...(support && { support }), forward: map, inverse: map },
      };
    },
  })({});

const positive: Interval = [0, Number.POSITIVE_INFINITY];
const exp = saying('exp', { domain: everywhere, codomain: positive });
const line = saying('line', { domain: everywhere, codomain: everywhere });
const power = saying('power', { domain: positive, codomain: positive });
const circle = saying('circle', { domain: [-Math.PI, Math.PI], codomain: [-Math.PI, Math.PI] });
const reversed = saying('reversed', 'kept');
const silent = saying('silent');

const refused = (layers: Parameters<typeof flow>[0]['layers'], base = standardNormal()) => {
  try {
    flow({ eventShape: [2], layers, base });
  } catch (error) {
    return error;
  }
  return null;
};

describe('a flow', () => {
  test.each([
    ['of positive data', [power, exp, line], standardNormal()],
    ['on a circle', [circle, reversed, circle], uniformBox({ low: -Math.PI, high: Math.PI })],
    ['with logarithms turned round', [line, invert({ layer: exp }), power, exp], standardNormal()],
    ['of a layer that says nothing', [circle, silent, line], standardNormal()],
    ['of bases where nothing is said', [reversed, silent], uniformBox({})],
    ['of a chain that fits', [chain({ layers: [power, exp] }), line], standardNormal()],
  ])('%s is built', (_, layers, base) => {
    expect(refused(layers, base)).toBeNull();
  });

  test.each([
    [
      'a base that is too wide',
      [power],
      standardNormal(),
      /0 to Infinity to data, and base \(@diffeo\/core\/standard-normal\) has those of the whole line: samples would begin at/,
    ],
    [
      'a base that is too narrow',
      [line],
      uniformBox({}),
      /the whole line to data, and base \(@diffeo\/core\/uniform\) has those of 0 to 1: data that they map to the others would have no density/,
    ],
    ['another circle', [circle], uniformBox({ low: -1, high: 1 }), /-3\.14/],
    ['a base behind what only reorders', [exp, reversed], uniformBox({}), /the whole line/],
    [
      'neighbours',
      [power, line],
      standardNormal(),
      /layers\.0 \(test\/power\) maps the numbers of 0 to Infinity to data, and layers\.1 \(test\/line\), behind it, gives those of the whole line/,
    ],
    ['neighbours with a reordering between', [circle, reversed, line], standardNormal(), /layers\.2 \(test\/line\)/],
    ['a direction turned round', [invert({ layer: exp })], standardNormal(), /0 to Infinity/],
    ['the inside of a chain', [chain({ layers: [power, line] })], standardNormal(), /layers\.0\.1 \(test\/line\)/],
    [
      'the outside of a chain',
      [line, chain({ layers: [reversed, power, exp] })],
      standardNormal(),
      /layers\.1 \(@diffeo\/core\/chain\), behind it, gives those of 0 to Infinity/,
    ],
  ])('is refused for %s', (_, layers, base, message) => {
    expect(refused(layers, base)).toMatchObject({ code: 'SUPPORT', message: expect.stringMatching(message) });
  });
});
