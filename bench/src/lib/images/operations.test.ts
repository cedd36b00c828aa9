import { leaves, sizeOf } from '@diffeo/core';
import { expect, test } from 'vitest';
import { imageFlow } from './image-flow.ts';
import { imageSizes } from './image-size.ts';
import { operationsOf } from './operations.ts';

test.each(imageSizes)('two for each weight of a convolution, pixel and image: $levels levels, width $width', (size) => {
  const { layout } = imageFlow(size);
  const products = leaves(layout, {}).reduce((sum, { path, leaf }) => {
    const [, level] = /^layers\.1\.(\d+)\..*\.(filter|factors)$/.exec(path) ?? [];
    return level === undefined ? sum : sum + (size.side / 2 ** (Number(level) + 1)) ** 2 * sizeOf(leaf.shape);
  }, 0);
  expect(products).toBeGreaterThan(0);
  expect(operationsOf(size, 'logProb')).toBe(2 * products * size.batch);
  expect(operationsOf(size, 'training')).toBe(6 * products * size.batch);
  expect(operationsOf(size, 'sample')).toBe(2 * products * 64);
});
