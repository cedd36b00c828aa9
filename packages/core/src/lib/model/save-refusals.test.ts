import { tensor1d } from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { any } from 'valibot';
import { describe, expect, test } from 'vitest';
import { onEachBackend } from '../../../test/backends.ts';
import { actnormLike, identityWithTag, planeCoupling, scaleAndShift, sinhScale } from '../../../test/example-parts.ts';
import { normalMixture } from '../bases/normal-mixture.ts';
import { studentT } from '../bases/student-t.ts';
import { coreDefinitions } from '../contract/core-definitions.ts';
import { defineLayer } from '../contract/define.ts';
import { isDiffeoError } from '../contract/error.ts';
import type { Bijector } from '../contract/parts/bijector.ts';
import { flow } from '../flow/flow.ts';
import type { FlowParams } from '../flow/flow-contract.ts';
import { chain } from '../layers/chain.ts';
import { leaf, leaves } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { load } from './load.ts';
import type { Metadata } from './model-format.ts';
import { save } from './save.ts';

/** A layer that takes any configuration, and of which some comes back from JSON as another. */
const anyLayer = defineLayer({
  type: 'example/any',
  version: 1,
  schema: any(),
  build: (config: { readonly sizes?: readonly number[] }, { eventShape }): Bijector => ({
    ...{ eventShape, baseShape: eventShape, contextShape: null, init: () => ({}) },
    layout: config.sizes ? { late: leaf(config.sizes, { fromData: true }) } : {},
    forward: (_, value) => ({ value, logDet: tensor1d([0]) }),
    inverse: (_, value) => ({ value, logDet: tensor1d([0]) }),
  }),
});
const parts = [actnormLike, anyLayer, identityWithTag, planeCoupling, scaleAndShift, sinhScale];
const definitions = [...coreDefinitions, ...parts];

onEachBackend('what is saved can be loaded', () => {
  const layer = fc.oneof(
    fc.constant(actnormLike()),
    fc.constant(identityWithTag()),
    fc.constant(sinhScale()),
    fc.integer({ min: 0, max: 1 }).map((swap) => planeCoupling({ swap })),
    fc.float({ noNaN: true, noDefaultInfinity: true }).map((shift) => scaleAndShift({ shift })),
    fc.dictionary(fc.string(), fc.anything(), { maxKeys: 2 }).map((config) => anyLayer(config)),
  );
  const spec = fc.record(
    {
      eventShape: fc.constant([2]),
      contextShape: fc.constantFrom(null, [3]),
      layers: fc.array(
        fc.oneof(
          layer,
          fc.array(layer, { maxLength: 2 }).map((layers) => chain({ layers })),
        ),
        { maxLength: 4 },
      ),
      base: fc.constantFrom(studentT(), normalMixture({ components: 2 })),
    },
    { requiredKeys: ['eventShape', 'layers'] },
  );
  const metadata = fc.dictionary(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('diffeo', 'diffeo.version', '__proto__', 'constructor', ''),
    ),
    fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'binary' }) }, fc.anything()),
    { maxKeys: 3 },
  );

  test('and gives back the same, to the bit, whatever it is', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(spec, metadata, fc.boolean(), fc.integer(), async (given, notes, starts, seed) => {
        const model = flow(given as Parameters<typeof flow>[0]);
        const context = model.contextShape ? { context: normal([5, 3], seed) } : {};
        const isPlain = model.spec.layers.every(
          ({ $type }) => $type !== 'example/any' && $type !== '@diffeo/core/chain',
        );
        const params =
          starts && isPlain ? await model.start(model.init(seed), normal([5, 2], seed), context) : model.init(seed);
        let bytes: Uint8Array;
        try {
          bytes = await save(model, params, { metadata: notes as Metadata });
        } catch (error) {
          refused++;
          if (!isDiffeoError(error)) throw error;
          expect(error.message.length).toBeLessThan(600);
          return;
        }
        const loaded = load(bytes, { definitions });
        expect(loaded.metadata).toEqual(notes);
        const tensors = (p: FlowParams) =>
          leaves(model.layout, p).map(({ path, tensor }) => [path, [...(tensor?.dataSync() ?? [null])]]);
        expect(tensors(loaded.params)).toEqual(tensors(params));
        expect(JSON.parse(JSON.stringify(loaded.model.spec))).toEqual(JSON.parse(JSON.stringify(model.spec)));
        expect(await save(loaded.model, loaded.params, { metadata: loaded.metadata })).toEqual(bytes);
      }),
      { numRuns: 300, seed: 1 },
    );
    expect(refused).toBeGreaterThan(20);
    expect(refused).toBeLessThan(280);
  });
});

onEachBackend('saving refuses', () => {
  const model = flow({ eventShape: [2], layers: [scaleAndShift()] });
  const saved = (metadata: unknown) => save(model, model.init(1), { metadata: metadata as Metadata });

  test.each<[unknown, string]>([
    [{ rows: 300 }, "metadata must be strings; 'rows' is 300. Write it as text"],
    [{ when: null }, "'when' is null"],
    [{ at: undefined }, "'at' is undefined"],
    [{ diffeo: 'my note' }, "metadata cannot have the name 'diffeo'"],
    [{ 'diffeo.checksum': 'x' }, "metadata cannot have the name 'diffeo.checksum'"],
    [['a'], 'metadata must be an object of strings; got [a]'],
    ['note', "metadata must be an object of strings; got 'note'"],
    [new Map([['a', 'b']]), 'metadata must be an object of strings; got a Map'],
  ])('metadata %j', async (metadata, message) => {
    await expect(saved(metadata)).rejects.toMatchObject({ code: 'CONFIG', message: expect.stringContaining(message) });
  });

  test('options that are none, and what is not a model', async () => {
    await expect(save(model, model.init(1), { meta: {} } as object)).rejects.toThrow("did you mean 'metadata'?");
    for (const given of [undefined, model.spec, 'model']) {
      await expect(save(given as never, model.init(1))).rejects.toThrow(
        'save: the model must be what flow(), mixture() or load() gives',
      );
    }
  });

  test('parameters of another flow, and such as have been disposed', async () => {
    const other = flow({ eventShape: [3], layers: [scaleAndShift()] });
    await expect(save(model, other.init(1))).rejects.toMatchObject({
      code: 'TENSOR_SHAPE',
      message: expect.stringContaining("'layers.0.logScale'"),
    });
    const params = model.init(1);
    leaves(model.layout, params)[1]?.tensor?.dispose();
    await expect(save(model, params)).rejects.toThrow("'layers.0.shift' has been disposed");
  });

  test.each<[object, string]>([
    [{ rate: Number.NaN }, 'layers.0.config.rate is NaN, which JSON cannot hold'],
    [{ rates: [1, Infinity] }, 'layers.0.config.rates.1 is Infinity'],
    [{ map: () => 0 }, 'layers.0.config.map is a function'],
    [{ list: new Float32Array(2) }, 'layers.0.config.list is a Float32Array'],
    [{ date: new Date(0) }, 'layers.0.config.date is a Date'],
    [{ part: { $type: 'x' } }, 'this is not a saved part'],
  ])('a description that JSON does not give back: %o', async (config, message) => {
    const odd = flow({ eventShape: [2], layers: [anyLayer(config)] });
    await expect(save(odd, odd.init(1))).rejects.toMatchObject({
      code: 'SPEC',
      message: expect.stringContaining(message),
    });
  });

  test('a description that has become another', async () => {
    const config = { sizes: [2] };
    const odd = flow({ eventShape: [2], layers: [anyLayer(config)] });
    const params = odd.init(1);
    config.sizes = [3];
    const late = { ...params, layers: [{ late: null }] };
    await expect(save(odd, late)).rejects.toThrow('has the description been changed since?');
  });
});

describe('loading refuses', () => {
  test('what are not bytes, or no definitions', () => {
    const bytes = new Uint8Array(16);
    const loaded = (given: unknown, options: unknown) => () =>
      load(given as Uint8Array, options as { definitions: [] });
    expect(loaded('model.safetensors', { definitions })).toThrow("got 'model.safetensors'. Read the file first.");
    expect(loaded(new ArrayBuffer(8), { definitions })).toThrow('got a ArrayBuffer');
    expect(loaded(bytes, undefined)).toThrow('load: definitions is missing');
    expect(loaded(bytes, { definition: [] })).toThrow("did you mean 'definitions'?");
  });

  test('definitions that are none', async () => {
    const model = flow({ eventShape: [2], layers: [] });
    const bytes = await save(model, model.init(1));
    expect(() => load(bytes, { definitions: [coreDefinitions] as never })).toThrow('Spread it');
    expect(() => load(bytes, { definitions: [undefined] as never })).toThrow('definitions[0] must be a definition');
  });
});
