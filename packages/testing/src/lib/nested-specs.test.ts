import { chain, invert, standardNormal } from '@diffeo/core';
import { expect, test } from 'vitest';
import { definitionsOf, leafLayers } from './nested-specs.ts';

const identity = chain({ layers: [] });
const nested = chain({ layers: [invert({ layer: identity }), identity, chain({ layers: [identity] })] });

test('every definition inside a spec is found once', () => {
  expect(definitionsOf(nested)).toEqual([chain, invert]);
  expect(definitionsOf(standardNormal())).toEqual([standardNormal]);
});

test('plain JSON has lost its definitions', () => {
  expect(definitionsOf(JSON.parse(JSON.stringify(nested)))).toEqual([]);
});

test('depth counts the layers that hold no others', () => {
  expect(leafLayers(identity)).toBe(1);
  expect(leafLayers(nested)).toBe(3);
  expect(leafLayers(standardNormal())).toBe(1);
});
