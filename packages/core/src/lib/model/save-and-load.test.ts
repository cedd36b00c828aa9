import { tensor1d } from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { numbers, onEachBackend, refusal, tensorsLeftBy } from '../../../test/backends.ts';
import { actnormLike, planeCoupling, scaleAndShift } from '../../../test/example-parts.ts';
import { coreDefinitions } from '../contract/core-definitions.ts';
import { define } from '../contract/define.ts';
import { flow } from '../flow/flow.ts';
import { leaves, mapParams } from '../params/params.ts';
import { normal } from '../params/seed.ts';
import { type HostTensor, hostNumbers } from './host-numbers.ts';
import { load } from './load.ts';
import { readSafetensors, writeSafetensors } from './safetensors.ts';
import { save } from './save.ts';

const definitions = [...coreDefinitions, actnormLike, planeCoupling, scaleAndShift];
const layers = () => [actnormLike(), planeCoupling(), scaleAndShift({ logScale: 0.5, shift: 1 })];
const model = () => flow({ eventShape: [2], layers: layers() });
const started = async () => await model().start(model().init(1), normal([50, 2], 2));

onEachBackend('a saved model', () => {
  test('loaded it gives the same numbers, to the bit', async () => {
    const params = await started();
    const loaded = load(await save(model(), params), { definitions });
    const x = normal([7, 2], 3);
    expect(numbers(loaded.model.logProb(loaded.params, x))).toEqual(numbers(model().logProb(params, x)));
    expect(JSON.stringify(loaded.model.spec)).toBe(JSON.stringify(model().spec));
  });

  test('the same model gives the same bytes, and metadata come back', async () => {
    const metadata = { columns: 'a,b', 'trained on': '🌊' };
    const first = await save(model(), await started(), { metadata });
    expect(await save(model(), await started(), { metadata })).toEqual(first);
    expect(load(first, { definitions }).metadata).toEqual(metadata);
  });

  test('rewritten in float64 by another tool, it is the same model', async () => {
    const params = await started();
    const { tensors, metadata } = readSafetensors(await save(model(), params));
    const { 'diffeo.checksum': _, ...rest } = metadata;
    const rewritten = new Map([...tensors].map(([name, stored]) => [name, asDoubles(stored)]));
    const loaded = load(writeSafetensors({ tensors: rewritten, metadata: rest }), { definitions });
    const x = normal([7, 2], 3);
    expect(numbers(loaded.model.logProb(loaded.params, x))).toEqual(numbers(model().logProb(params, x)));
  });

  test('what has not started is null again', async () => {
    const { params } = load(await save(model(), model().init(1)), { definitions });
    const before = leaves(model().layout, model().init(1)).map(({ path, tensor }) => [path, tensor === null]);
    expect(leaves(model().layout, params).map(({ path, tensor }) => [path, tensor === null])).toEqual(before);
    expect(before.some(([, isNull]) => isNull)).toBe(true);
  });

  test('a parameter that is not finite is not saved', async () => {
    const params = mapParams(model().layout, await started(), (tensor, path) =>
      path.endsWith('shift') ? tensor1d([Number.NaN, 0]) : tensor,
    );
    await expect(save(model(), params)).rejects.toMatchObject({
      code: 'NOT_FINITE',
      message: expect.stringMatching(/'layers\.\d\.shift' holds NaN at position 0/),
    });
  });
});

/** The tensor as another tool would rewrite it in float64. */
function asDoubles({ shape, ...stored }: HostTensor, change: (value: number) => number = (value) => value): HostTensor {
  const doubles = hostNumbers('', { shape, ...stored }).map(change);
  return { dtype: 'F64', shape, bytes: new Uint8Array(doubles.buffer) };
}

describe('a file that is not what was saved', () => {
  /** The file with its tensors and metadata changed, and everything else as the format wants it. */
  async function altered(
    change: (tensors: Map<string, HostTensor>, metadata: Record<string, string>) => void,
  ): Promise<Uint8Array> {
    const file = readSafetensors(await save(model(), await started()));
    const [tensors, metadata] = [new Map(file.tensors), { ...file.metadata }];
    change(tensors, metadata);
    return writeSafetensors({ tensors, metadata });
  }
  const weight = 'layers.1.weight';
  const one = (tensors: Map<string, HostTensor>) => tensors.get(weight) as HostTensor;

  test.each<[string, Parameters<typeof altered>[0], string, RegExp]>([
    ['a tensor is missing', (tensors) => tensors.delete(weight), 'MISSING_TENSOR', /'layers\.1\.weight'/],
    ['one too many', (tensors) => tensors.set('more', one(tensors)), 'SURPLUS_TENSOR', /'more'/],
    [
      'another shape',
      (tensors, metadata) => {
        delete metadata['diffeo.checksum'];
        tensors.set(weight, { ...one(tensors), shape: [1, ...one(tensors).shape] });
      },
      'TENSOR_SHAPE',
      /layers\.1\.weight/,
    ],
    [
      'whole numbers',
      (tensors, metadata) => {
        delete metadata['diffeo.checksum'];
        tensors.set(weight, { ...one(tensors), dtype: 'I32' });
      },
      'TENSOR_DTYPE',
      /is I32 in the file/,
    ],
    [
      'doubles beyond float32',
      (tensors, metadata) => {
        delete metadata['diffeo.checksum'];
        tensors.set(
          weight,
          asDoubles(one(tensors), (value) => value + 1e39),
        );
      },
      'OVERFLOW',
      /'layers\.1\.weight' holds 1e\+39 at position 0/,
    ],
    [
      'NaN',
      (tensors, metadata) => {
        delete metadata['diffeo.checksum'];
        tensors.set(weight, { ...one(tensors), bytes: one(tensors).bytes.slice().fill(255) });
      },
      'NOT_FINITE',
      /holds NaN/,
    ],
    [
      'other numbers',
      (tensors) => tensors.set(weight, { ...one(tensors), bytes: one(tensors).bytes.slice().fill(1) }),
      'FILE',
      /checksum does not match/,
    ],
    [
      'names exchanged',
      (tensors) => {
        const names = ['layers.2.logScale', 'layers.2.shift'];
        const entries = [...tensors];
        tensors.clear();
        for (const [name, tensor] of entries)
          tensors.set(names.find((o) => names.includes(name) && o !== name) ?? name, tensor);
      },
      'FILE',
      /checksum does not match/,
    ],
    ['no description', (_, metadata) => delete metadata['diffeo'], 'FILE', /no entry "diffeo"/],
    [
      'half a description',
      (_, metadata) => {
        metadata['diffeo'] = '{"eventShape":';
      },
      'FILE',
      /not JSON/,
    ],
    [
      'a newer format',
      (_, metadata) => {
        metadata['diffeo.version'] = '2';
      },
      'NEWER_VERSION',
      /Update @diffeo\/core/,
    ],
    [
      'a format version that is not a number',
      (_, metadata) => {
        metadata['diffeo.version'] = '1e9';
      },
      'FILE',
      /reads '1e9'/,
    ],
    [
      'a vector longer than any memory',
      (_, metadata) => {
        metadata['diffeo'] = (metadata['diffeo'] as string).replace('"eventShape":[2]', '"eventShape":[1000000000000]');
      },
      'SHAPE',
      /eventShape must be/,
    ],
  ])('%s', async (_, change, code, message) => {
    const bytes = await altered(change);
    const left = tensorsLeftBy(() =>
      expect(refusal(() => load(bytes, { definitions }))).toMatchObject({
        code,
        message: expect.stringMatching(message),
      }),
    );
    expect(left).toBe(0);
  });

  test('tensors in another order, as other programs write them, are the same model', async () => {
    const bytes = await altered((tensors) => {
      const entries = [...tensors].reverse();
      tensors.clear();
      for (const [name, tensor] of entries) tensors.set(name, tensor);
    });
    const x = normal([7, 2], 3);
    const loaded = load(bytes, { definitions });
    expect(numbers(loaded.model.logProb(loaded.params, x))).toEqual(numbers(model().logProb(await started(), x)));
  });

  test('a definition that is not given is named, with what to install', async () => {
    const bytes = await save(model(), await started());
    const { code, message } = refusal(() => load(bytes, { definitions: [actnormLike, scaleAndShift] }));
    expect(code).toBe('UNKNOWN_TYPE');
    expect(message).toMatch(
      /layers\.1: .*'example\/plane-coupling'.*the definitions of 'example' that were given have no such part/i,
    );
  });

  test('a layer saved by a newer package is named', async () => {
    const newer = define({
      ...planeCoupling,
      version: 2,
      schema: {
        '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: value as object }) },
      },
    });
    const saved = flow({ eventShape: [2], layers: [newer() as never] });
    const bytes = await save(saved, saved.init(1));
    expect(refusal(() => load(bytes, { definitions }))).toMatchObject({ code: 'NEWER_VERSION' });
  });
});
