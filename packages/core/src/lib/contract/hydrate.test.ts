import fc from 'fast-check';
import { number, optional, strictObject } from 'valibot';
import { describe, expect, test } from 'vitest';
import { refusal } from '../../../test/backends.ts';
import { actnormLike, addNoise, planeCoupling, scaleAndShift } from '../../../test/example-parts.ts';
import { diagonalNormal } from '../bases/diagonal-normal.ts';
import { normalMixture } from '../bases/normal-mixture.ts';
import { flow } from '../flow/flow.ts';
import type { FlowSpec } from '../flow/flow-spec.ts';
import { chain } from '../layers/chain.ts';
import { invert } from '../layers/invert.ts';
import { coreDefinitions } from './core-definitions.ts';
import { type Definition, defineLayer } from './define.ts';
import { isDiffeoError } from './error.ts';
import { hydrate } from './hydrate.ts';

const definitions: readonly Definition[] = [...coreDefinitions, scaleAndShift, planeCoupling, actnormLike, addNoise];
const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

const deep: FlowSpec = {
  eventShape: [2],
  contextShape: [3],
  dequantize: addNoise(),
  layers: [
    actnormLike(),
    chain({ layers: [planeCoupling(), invert({ layer: chain({ layers: [planeCoupling({ swap: 1 })] }) })] }),
    scaleAndShift({ logScale: 0.5 }),
  ],
  base: normalMixture({
    components: 3,
    means: [
      [0, 1],
      [2, 3],
      [4, 5],
    ],
  }),
};

describe('what was written as JSON comes back', () => {
  test('as the same specs, live again, innermost first', () => {
    const spec = hydrate(throughJson(deep), definitions);
    expect(throughJson(spec)).toEqual(throughJson(deep));
    expect(flow(spec).layout).toEqual(flow(deep).layout);
  });

  test('with defaults for what it leaves out', () => {
    const spec = hydrate({ eventShape: [2], layers: [] }, definitions);
    expect(flow(spec).baseShape).toEqual([2]);
    expect(hydrate({ eventShape: [], contextShape: null, layers: [] }, definitions).contextShape).toBeNull();
  });

  test('without what does not belong to a flow', () => {
    expect(hydrate({ eventShape: [2], layers: [], secret: { $no: 1 } }, definitions)).toEqual({
      eventShape: [2],
      layers: [],
    });
  });

  test('any spec of the parts at hand', () => {
    const layer = fc.letrec<{ layer: FlowSpec['layers'][number] }>((tie) => ({
      layer: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.double({ min: -2, max: 2, noNaN: true }).map((logScale) => scaleAndShift({ logScale: logScale + 0 })),
        fc.constantFrom(planeCoupling(), planeCoupling({ swap: 1 })),
        tie('layer').map((inner) => invert({ layer: inner })),
        fc.array(tie('layer'), { maxLength: 3 }).map((layers) => chain({ layers })),
      ),
    })).layer;
    const base = fc.constantFrom(undefined, normalMixture(), diagonalNormal({ scale: [2, 3] }));
    fc.assert(
      fc.property(fc.array(layer, { maxLength: 4 }), base, (layers, chosen) => {
        const spec: FlowSpec = { eventShape: [2], layers, ...(chosen && { base: chosen }) };
        const back = hydrate(throughJson(spec), definitions);
        expect(JSON.stringify(back)).toBe(JSON.stringify(spec));
        expect(flow(back).layout).toEqual(flow(spec).layout);
      }),
      { numRuns: 50 },
    );
  });
});

describe('JSON that is not a flow of ours', () => {
  test('a type that is not among the definitions names its place and the package to install', () => {
    const json = { eventShape: [2], layers: [scaleAndShift(), { ...scaleAndShift(), $type: '@some/package/bend' }] };
    const { code, message } = refusal(() => hydrate(json, definitions));
    expect(code).toBe('UNKNOWN_TYPE');
    expect(message).toContain('layers.1');
    expect(message).toContain("'@some/package/bend'");
    expect(message).toContain(
      "names the package '@some/package'; install that only if you trust where the file comes from",
    );
  });

  test('the names of an object are not types', () => {
    for (const $type of ['constructor', '__proto__', 'toString', '']) {
      const json = { eventShape: [2], layers: [{ ...(throughJson(scaleAndShift()) as object), $type }] };
      expect(refusal(() => hydrate(json, definitions)).code).toBe('UNKNOWN_TYPE');
    }
  });

  test('two definitions of one type are refused, one given twice is not', () => {
    const twin = defineLayer({
      type: 'example/scale-and-shift',
      version: 1,
      schema: strictObject({}),
      build: () => {
        throw new Error('never');
      },
    });
    const { code, message } = refusal(() => hydrate(throughJson(deep), [...definitions, twin]));
    expect(code).toBe('DUPLICATE_TYPE');
    expect(message).toContain("'example/scale-and-shift'");
    hydrate(throughJson(deep), [...definitions, ...definitions]);
  });

  test.each([
    ['a layer for a base', { eventShape: [2], layers: [], base: scaleAndShift() }, 'base'],
    ['a base for a layer', { eventShape: [2], layers: [diagonalNormal()] }, 'layers.0'],
    [
      'a kind that the definition does not have',
      { eventShape: [2], layers: [{ ...diagonalNormal(), $kind: 'layer' }] },
      'layers.0',
    ],
    ['a kind that there is not', { eventShape: [2], layers: [{ ...scaleAndShift(), $kind: 'poem' }] }, 'layers.0'],
    ['a version that is none', { eventShape: [2], layers: [{ ...scaleAndShift(), version: 0 }] }, 'layers.0'],
    ['a version in words', { eventShape: [2], layers: [{ ...scaleAndShift(), version: '1' }] }, 'layers.0'],
    ['a type that is a number', { eventShape: [2], layers: [{ ...scaleAndShift(), $type: 1 }] }, 'layers.0'],
    ['a layer that is null', { eventShape: [2], layers: [null] }, 'layers.0'],
    ['layers that are not a list', { eventShape: [2], layers: {} }, 'layers'],
    ['a size of 0', { eventShape: [0], layers: [] }, 'eventShape'],
    ['a size that is not whole', { eventShape: [1.5], layers: [] }, 'eventShape'],
    ['a shape that is missing', { layers: [] }, 'eventShape'],
    ['a part at the top', throughJson(scaleAndShift()), ''],
    ['a list', [], ''],
    ['null', null, ''],
    ['a word', 'flow', ''],
  ])('%s', (_, json, place) => {
    const { code, message } = refusal(() => hydrate(throughJson(json), definitions));
    expect(code).toBe('SPEC');
    expect(message).toContain(place);
  });

  test('a wrong configuration inside a saved flow names the type', () => {
    for (const config of [[], [1]]) {
      const json = { eventShape: [2], layers: [{ ...scaleAndShift(), config }] };
      expect(refusal(() => hydrate(json, definitions)).code).toBe('CONFIG');
    }
    const json = { eventShape: [2], layers: [{ ...scaleAndShift(), config: { logScale: 'x' } }] };
    expect(refusal(() => hydrate(json, definitions))).toMatchObject({
      code: 'CONFIG',
      message: expect.stringContaining('example/scale-and-shift: logScale'),
    });
  });

  test('a newer version of a part', () => {
    const json = { eventShape: [2], layers: [{ ...scaleAndShift(), version: 7 }] };
    expect(refusal(() => hydrate(json, definitions)).code).toBe('NEWER_VERSION');
  });

  test('parts within parts deeper than any model', () => {
    let layer: unknown = throughJson(scaleAndShift());
    for (let i = 0; i < 40; i++)
      layer = { $type: '@diffeo/core/invert', $kind: 'layer', version: 1, config: { layer } };
    expect(refusal(() => hydrate({ eventShape: [2], layers: [layer] }, definitions)).code).toBe('SPEC');
  });

  test('JSON nested a hundred thousand deep is refused and overflows no stack', () => {
    const depth = 100_000;
    for (const text of [
      `${'['.repeat(depth)}${']'.repeat(depth)}`,
      `${'{"layers":'.repeat(depth)}1${'}'.repeat(depth)}`,
    ]) {
      expect(refusal(() => hydrate(JSON.parse(text), definitions)).code).toBe('SPEC');
    }
  });

  test('keys called __proto__ reach no prototype', () => {
    const text =
      '{"eventShape":[2],"__proto__":{"layers":[]},"layers":[{"$type":"example/scale-and-shift","$kind":"layer",' +
      '"version":1,"config":{"__proto__":{"logScale":9,"polluted":true},"constructor":{"prototype":{"polluted":true}}}}]}';
    try {
      const spec = hydrate(JSON.parse(text), definitions);
      expect(spec.layers[0]?.config).toEqual({ logScale: 0, shift: 0 });
    } catch (error) {
      expect(isDiffeoError(error)).toBe(true);
    }
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });
});

describe('whatever it is given', () => {
  const touchy = defineLayer({
    type: 'example/touchy',
    version: 5,
    schema: strictObject({ n: optional(number(), 1) }),
    migrate: (config) => ({ n: (config as { deep: { n: number } }).deep.n }),
    build: () => {
      throw new Error('never');
    },
  });
  const known = [...definitions, touchy];
  const types = [...known.map(({ type }) => type), 'no/such', '__proto__'];
  const attempt = (json: unknown): void => {
    try {
      flow(hydrate(json, known));
    } catch (error) {
      if (!isDiffeoError(error) && (error as Error).message !== 'never') throw error;
    }
  };

  test('any JSON gives a flow or a DiffeoError', () => {
    fc.assert(fc.property(fc.jsonValue({ maxDepth: 5 }), attempt), { numRuns: 300 });
  });

  test('anything with the look of a flow gives one or a DiffeoError', () => {
    const json = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.jsonValue({ maxDepth: 1 }),
        tie('part'),
        fc.array(tie('value'), { maxLength: 3 }),
      ),
      part: fc.record(
        {
          $type: fc.oneof(fc.constantFrom(...types), fc.jsonValue({ maxDepth: 0 })),
          $kind: fc.oneof(fc.constantFrom('layer', 'base', 'network', 'dequantizer', 'transform'), fc.string()),
          version: fc.oneof(fc.integer({ min: -1, max: 6 }), fc.jsonValue({ maxDepth: 0 })),
          config: fc.oneof(
            fc.dictionary(
              fc.constantFrom(
                'layers',
                'layer',
                'logScale',
                'means',
                'scale',
                'mean',
                'low',
                'high',
                'components',
                '__proto__',
              ),
              tie('value'),
            ),
            tie('value'),
          ),
        },
        { requiredKeys: ['$type'] },
      ),
      flow: fc.record(
        {
          eventShape: fc.oneof(fc.constant([2]), fc.array(fc.nat(3), { maxLength: 3 }), tie('value')),
          contextShape: fc.oneof(fc.constant(null), fc.array(fc.nat(3), { maxLength: 2 }), tie('value')),
          dequantize: tie('part'),
          layers: fc.oneof(fc.array(tie('part'), { maxLength: 3 }), tie('value')),
          base: tie('part'),
        },
        { requiredKeys: ['eventShape', 'layers'] },
      ),
    })).flow;
    fc.assert(fc.property(json, attempt), { numRuns: 1000 });
  });
});
