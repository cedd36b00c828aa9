import { flow, save } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import { beforeAll, expect, it } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();

beforeAll(async () => {
  await useWasm();
  const model = flow({ eventShape: [2], contextShape: [3], layers: realNVP({ layers: 2, hidden: [4] }) });
  scratch.file('conditional.safetensors', await save(model, model.init(1)));
});

it.each([
  ['score', ['two-moons']],
  ['sample', ['--count', '3']],
])('%s says that it cannot give a context, to a model that another program saved', async (command, args) => {
  const { code, stdout, stderr } = await runDiffeo([command, 'conditional.safetensors', ...args], scratch.path);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toBe(
    'diffeo: conditional.safetensors is conditional: it takes a context, which this command cannot give\n',
  );
});

it('inspect describes it, without the notes that are not there', async () => {
  const { code, stdout } = await runDiffeo(['inspect', 'conditional.safetensors'], scratch.path);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^context +\[3\]$/m);
  expect(stdout).not.toMatch(/^(columns|trained on|written by)/m);
});
