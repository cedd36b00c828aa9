import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

describe('diffeo export', () => {
  it('writes a file for each function', async () => {
    const { code, stdout, stderr } = await diffeo('export', 'moons', '--to', 'onnx', '--out', 'onnx/moons');
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/logProb\.onnx: [\d,]+ bytes\n.*toBase\.onnx: .*\n.*toData\.onnx: /);
    const folder = join(scratch.path, 'onnx/moons');
    expect(readdirSync(folder).sort()).toEqual(['logProb.onnx', 'toBase.onnx', 'toData.onnx']);
    expect(readFileSync(join(folder, 'toData.onnx'), 'latin1')).toContain('layers.1');
  });

  it('writes all of them or none', async () => {
    mkdirSync(join(scratch.path, 'half/toData.onnx'), { recursive: true });
    const { code, stderr } = await diffeo('export', 'moons', '--to', 'onnx', '--out', 'half');
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('toData.onnx cannot be written') });
    expect(readdirSync(join(scratch.path, 'half'))).toEqual(['toData.onnx']);
  });

  it('refuses functions and formats that there are not, and writes nothing', async () => {
    const wrong = await diffeo('export', 'moons', '--to', 'onnx', '--functions', 'logprob', '--out', 'none');
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining("did you mean 'logProb'?") });
    const format = await diffeo('export', 'moons', '--to', 'coreml', '--out', 'none');
    expect(format.code).toBe(2);
    expect(readdirSync(scratch.path)).not.toContain('none');
  });
});
