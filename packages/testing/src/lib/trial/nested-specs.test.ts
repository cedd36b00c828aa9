import { chain, defineLayer, defineNetwork, invert, standardNormal } from '@diffeo/core';
import { expect, test } from 'vitest';
import { anyConfig } from '../controls/broken.ts';
import { definitionsOf, holdsNetworks, leafLayers, relinked } from './nested-specs.ts';

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

test('a copy is linked to other definitions throughout, and the original is as it was', () => {
  const seen: string[] = [];
  const copy = relinked(nested, (definition) => {
    seen.push(definition.type);
    return Object.assign((config?: object) => definition(config), definition);
  });
  expect(copy).toEqual(nested);
  expect(new Set(seen)).toEqual(new Set(['@diffeo/core/chain', '@diffeo/core/invert']));
  const [linked] = definitionsOf(copy);
  expect(linked?.type).toBe('@diffeo/core/chain');
  expect(linked).not.toBe(chain);
  expect(definitionsOf(nested)).toEqual([chain, invert]);
});

test('networks are found at any depth', () => {
  expect(holdsNetworks(nested)).toBe(false);
  const network = defineNetwork({
    type: 'test/network',
    version: 1,
    schema: anyConfig,
    build: () => () => ({}) as never,
  });
  expect(holdsNetworks(chain({ layers: [holder({ network: network() })] }))).toBe(true);
});

const holder = defineLayer({ type: 'test/holder', version: 1, schema: anyConfig, build: () => ({}) as never });
