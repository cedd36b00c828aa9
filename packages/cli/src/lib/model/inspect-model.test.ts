import { beforeAll, describe, expect, it } from 'vitest';
import { quick } from '../../../test/quick.ts';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const diffeo = (...args: string[]) => runDiffeo(args, scratch.path);

beforeAll(async () => {
  const { code } = await diffeo('train', 'two-moons', ...quick, '--out', 'moons');
  expect(code).toBe(0);
});

describe('diffeo inspect', () => {
  it('says what is in the file', async () => {
    const { code, stdout, stderr } = await diffeo('inspect', 'moons/model.safetensors');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^columns +x, y$/m);
    expect(stdout).toMatch(/^trained on +two-moons$/m);
    expect(stdout).toMatch(/^layers\.0 +@diffeo\/layers-elementwise\/standardise +0 +4$/m);
    expect(stdout).toMatch(/^layers\.2 +@diffeo\/layers-coupling\/coupling \(mlp, affine\) +66 +0$/m);
    expect(stdout).toMatch(/^base +@diffeo\/core\/contaminated-normal +0 +0$/m);
  });

  it('gives the same as one JSON object', async () => {
    const { stdout } = await diffeo('inspect', 'moons', '--json');
    expect(stdout).toMatch(/^\{[^\n]*\}\n$/);
    const { parts, ...rest } = JSON.parse(stdout);
    expect(rest).toEqual({
      model: 'moons/model.safetensors',
      bytes: expect.any(Number),
      dtype: 'float32',
      eventShape: [2],
      contextShape: null,
      csv: null,
      parameters: 132,
      fixed: 4,
      columns: [
        { name: 'x', kind: 'real' },
        { name: 'y', kind: 'real' },
      ],
      data: 'two-moons',
      flow: 'realnvp',
      writtenBy: expect.stringMatching(/^@diffeo\/cli \d/),
    });
    expect(parts).toHaveLength(4);
    expect(parts[1]).toMatchObject({
      name: 'layers.1',
      parameters: 66,
      config: { transform: { config: { bound: 1 } } },
    });
  });
});
