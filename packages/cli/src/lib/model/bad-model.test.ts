import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { disposeParams, isDiffeoError, leaves } from '@diffeo/core';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';
import { readModel } from './read-model.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

/** A whole model file. */
let whole: Buffer;

beforeAll(async () => {
  const { code } = await diffeo('train', 'two-moons', ...quick, '--hidden', '4', '--out', 'moons');
  expect(code).toBe(0);
  whole = readFileSync(join(scratch.path, 'moons', 'model.safetensors'));
});

/** The file with its header changed; its length goes along. */
function withHeader(change: (json: string) => string): Buffer {
  const length = Number(whole.readBigUInt64LE(0));
  const header = Buffer.from(change(whole.toString('utf8', 8, 8 + length)));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([size, header, whole.subarray(8 + length)]);
}

const withLength = (length: bigint): Buffer => {
  const changed = Buffer.from(whole);
  changed.writeBigUInt64LE(length);
  return changed;
};

describe('a bad model file', () => {
  it.each([
    ['cut', () => whole.subarray(0, whole.length - 5), /tensors take \d+ bytes and \d+ follow/],
    ['empty', () => Buffer.alloc(0), /it has 0 bytes/],
    ['with a header of 2^60 bytes', () => withLength(2n ** 60n), /header has 1152921504606846976 bytes/],
    ['a table', () => Buffer.from('a,b\n1,2\n3,4\n'), /this is a text, and no model: give the folder that train wrote/],
    ['of something else', () => Buffer.from([1, 2, 3, 4, 5, 6, 7, 8, 9]), /this is not a whole safetensors file/],
    [
      'with an altered number',
      () => Buffer.from(whole.with(-2, (whole.at(-2) as number) ^ 1)),
      /checksum does not match/,
    ],
    [
      'with an altered configuration',
      () => withHeader((json) => json.replace('\\"bound\\":1', '\\"bound\\":4')),
      /checksum does not match/,
    ],
    ['with an altered shape', () => withHeader((json) => json.replace('"shape":[2]', '"shape":[3]')), /spans 8 bytes/],
    ['with a broken header', () => withHeader((json) => json.slice(1)), /its header is not JSON/],
    [
      'of an unknown layer',
      () => withHeader((json) => json.replaceAll('layers-coupling/coupling', 'layers-coupling/twist')),
      /nothing among the definitions is called '@diffeo\/layers-coupling\/twist'/,
    ],
    [
      'of a newer layer',
      () =>
        withHeader((json) =>
          json.replace(
            'coupling\\",\\"$kind\\":\\"layer\\",\\"version\\":1',
            'coupling\\",\\"$kind\\":\\"layer\\",\\"version\\":9',
          ),
        ),
      /version 9 of its configuration.*Update @diffeo\/layers-coupling/,
    ],
    [
      'with columns that do not fit',
      () => withHeader((json) => json.replace(/"columns":"\[.*?\]"/, '"columns":"[\\"x\\"]"')),
      /'columns' must be a JSON list of 2 names/,
    ],
  ])('%s is refused in one line with exit code 2', async (_, content, message) => {
    scratch.file('bad.safetensors', content());
    const { code, stdout, stderr } = await diffeo('sample', 'bad.safetensors', '--count', '3');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^diffeo: bad\.safetensors: [^\n]*\n$/);
    expect(stderr).toMatch(message);
  });

  it('is refused wherever it is cut', async () => {
    for (let length = 0; length < whole.length; length++) {
      const path = scratch.file('cut.safetensors', whole.subarray(0, length));
      const error = await readModel(path).catch((caught: unknown) => caught);
      expect(isDiffeoError(error) && error.code, `${length} bytes`).toBe('FILE');
    }
  });

  it('is refused whichever byte is altered, unless the model stays the same to the bit', async () => {
    const content = async (path: string) => {
      const { model, params } = await readModel(path);
      const tensors = leaves(model.layout, params).map(({ path: name, tensor }) => [
        name,
        [...(tensor?.dataSync() ?? [])],
      ]);
      disposeParams(model.layout, params);
      return { spec: model.spec, tensors };
    };
    const expected = await content(join(scratch.path, 'moons'));
    const change = fc.record({ at: fc.nat(whole.length - 1), to: fc.integer({ min: 0, max: 255 }) });
    await fc.assert(
      fc.asyncProperty(change, async ({ at, to }) => {
        const path = scratch.file('altered.safetensors', whole.with(at, to));
        const found = await content(path).catch((error: unknown) => error);
        if (!isDiffeoError(found)) expect(found).toEqual(expected);
        else expect(found.message).toContain(path);
      }),
      { numRuns: 500 },
    );
  });

  it('that is not there, or a folder without one, is named', async () => {
    for (const model of ['nowhere.safetensors', '.']) {
      const { code, stderr } = await diffeo('inspect', model);
      expect(code).toBe(2);
      expect(stderr).toMatch(/^diffeo: the model \S+ cannot be read: there is no such file or folder\n$/);
    }
  });
});
