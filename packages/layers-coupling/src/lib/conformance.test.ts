import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Shape } from '@diffeo/core';
import { mlp } from '@diffeo/networks';
import { testLayer } from '@diffeo/testing/vitest';
import { additiveCoupling } from './additive-coupling.ts';
import { affineCoupling } from './affine-coupling.ts';
import { imageCoupling } from './image-coupling.ts';

const conditioner = mlp({ hidden: [8, 8], activation: 'tanh', residual: true });
/** What the masks below keep. One number alone changes always. */
const firstHalf = ([rows = 1, columns = 1]: Shape): number[] =>
  rows * columns === 1 ? [] : [...Array(Math.ceil((rows * columns) / 2)).keys()];
const odd = ([rows = 1, columns = 1]: Shape): number[] => [...Array(rows * columns).keys()].filter((d) => d % 2 === 1);

// Every check on both backends at one shape; elsewhere on WASM, whose values and gradients are compared with cpu's at every shape.
for (const where of [{ eventShapes: [[3]] }, { eventShapes: [[1], [2], [2, 3]], backends: ['wasm'] }]) {
  testLayer(affineCoupling({ conditioner }), {
    ...where,
    trainingSteps: 30,
    capabilities: { unchanged: firstHalf, usesContext: true },
  });
  testLayer(additiveCoupling({ mask: 'alternating', swap: true, conditioner }), {
    ...where,
    trainingSteps: 30,
    capabilities: { unchanged: odd, usesContext: true, constantLogDet: true },
  });
}

const image = { width: 4, activation: 'tanh' } as const;

/** The first half of the channels. */
const firstChannels = ([height = 1, width = 1, channels = 1]: Shape): number[] =>
  [...Array(height * width * channels).keys()].filter((d) => d % channels < Math.ceil(channels / 2));
/** Every other pixel, from the second on. */
const oddPixels = ([height = 1, width = 1, channels = 1]: Shape): number[] =>
  [...Array(height * width * channels).keys()].filter((d) => {
    const pixel = Math.floor(d / channels);
    return (Math.floor(pixel / width) + (pixel % width)) % 2 === 1;
  });

const channels = { trainingSteps: 30, capabilities: { unchanged: firstChannels, usesContext: true } } as const;
testLayer(imageCoupling(image), { ...channels, eventShapes: [[2, 2, 2]], contextShapes: [null, [2]] });
testLayer(imageCoupling(image), { ...channels, eventShapes: [[1, 3, 3]], contextShapes: [[2]], backends: ['wasm'] });

testLayer(imageCoupling({ ...image, mask: 'checkerboard', swap: true, weightNormalised: true }), {
  eventShapes: [
    [2, 2, 1],
    [1, 3, 2],
  ],
  contextShapes: [null, [2]],
  backends: ['wasm'],
  trainingSteps: 30,
  capabilities: { unchanged: oddPixels, usesContext: true },
});

testLayer(imageCoupling({ ...image, mask: 'checkerboard', transform: 'additive', residual: true }), {
  eventShapes: [[1, 3, 1]],
  contextShapes: [[2, 6, 1]],
  backends: ['wasm'],
  trainingSteps: 30,
  capabilities: { usesContext: true, constantLogDet: true },
});
