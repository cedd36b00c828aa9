import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { peopleCsv } from '../../../test/people-csv.ts';
import { runProcess } from '../../../test/run-diffeo.ts';

const own = fileURLToPath(new URL('../../..', import.meta.url));
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder of somebody who uses the command, with these files. Each has its own process: what is imported stays in one. */
function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-config-'));
  folders.push(folder);
  mkdirSync(join(folder, 'node_modules', '@diffeo'), { recursive: true });
  for (const name of [...readdirSync(join(own, 'node_modules', '@diffeo')), 'cli']) {
    symlinkSync(
      name === 'cli' ? own : join(own, 'node_modules', '@diffeo', name),
      join(folder, 'node_modules', '@diffeo', name),
    );
  }
  mkdirSync(join(folder, 'data'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

const quick = ['--steps', '3', '--hidden', '8'];

it('a program in TypeScript names data, defaults and a flow', async () => {
  const folder = folderWith({
    'data/people.csv': peopleCsv(80),
    'diffeo.config.ts': `import { realNVP } from '@diffeo/layers-coupling';
import { defineConfig, type ConfiguredFlowOptions } from '@diffeo/cli';
export default defineConfig({
  layers: { twice: (options: ConfiguredFlowOptions) => [...realNVP({ ...options, layers: 2 }), ...realNVP({ ...options, layers: 1 })] },
  data: { people: { path: 'data/people.csv', options: { columns: 'height,mass' } } },
  defaults: { train: { layers: 4, seed: 7, out: 'model', json: true }, sample: { count: 3 } },
});`,
  });
  const trained = await runProcess(['train', 'people', '--flow', 'twice', ...quick], folder);
  expect(trained.code, trained.stderr).toBe(0);
  expect(trained.stderr).toContain('diffeo.config.ts is used\n');
  expect(JSON.parse(trained.stdout)).toMatchObject({ data: 'data/people.csv', flow: 'twice', dimensions: 2 });
  const header = readFileSync(join(folder, 'model', 'model.safetensors')).toString('latin1');
  expect(header).toMatch(/seed\\*":7/);
  // A whitening layer, and three of the flow.
  expect(header.match(/layers-coupling\/coupling/g)).toHaveLength(3);
  const sampled = await runProcess(['sample', 'model'], folder);
  expect(sampled.stdout.trim().split('\n')).toHaveLength(4);
  // What is on the command line comes first.
  expect((await runProcess(['sample', 'model', '--count', '2'], folder)).stdout.trim().split('\n')).toHaveLength(3);
});

it('JSON names data and defaults, and nothing in it runs', async () => {
  const folder = folderWith({
    'data/people.csv': peopleCsv(80),
    'diffeo.config.json': JSON.stringify({
      data: { folk: 'data/people.csv' },
      defaults: { train: { effort: 'fast', exclude: 'name' } },
    }),
  });
  const { code, stderr } = await runProcess(['train', 'folk'], folder);
  expect(code, stderr).toBe(0);
  expect(stderr).toMatch(/^diffeo\.config\.json is used\n/);
  // In the folder of the name that was given.
  expect(existsSync(join(folder, 'diffeo-folk', 'model.safetensors'))).toBe(true);
});

it.each<[string, string, RegExp]>([
  ['diffeo.config.json', '{"data": ', /diffeo\.config\.json is no JSON/],
  ['diffeo.config.json', '{"dta": {}}', /there is no 'dta' in a configuration.*did you mean 'data'\?/],
  ['diffeo.config.json', '{"data": {"a": 3}}', /'data' must be paths, or \{ path, options \}, by names/],
  [
    'diffeo.config.json',
    '{"defaults": {"train": {"setps": 3}}}',
    /diffeo\.config\.json, defaults: train: there is no option --setps; did you mean '--steps'\?/,
  ],
  ['diffeo.config.json', '{"defaults": {"train": {"steps": "many"}}}', /--steps must be a whole number/],
  ['diffeo.config.mjs', 'throw new Error("not today");', /diffeo\.config\.mjs does not load: not today/],
  ['diffeo.config.mjs', 'export const config = {};', /its default export must be a configuration/],
])('%s with %s is refused', async (name, content, message) => {
  const { code, stdout, stderr } = await runProcess(
    ['train', 'two-moons', '--layers', '1'],
    folderWith({ [name]: content }),
  );
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(message);
});

it('a context of data that search cannot take is said, not left out', async () => {
  const data = { people: { path: 'people.csv', options: { context: 'height' } } };
  const folder = folderWith({ 'people.csv': peopleCsv(80), 'diffeo.config.json': JSON.stringify({ data }) });
  const { code, stderr } = await runProcess(['search', 'people', '--out', 'found', '--trials', '1'], folder);
  expect(code).toBe(2);
  expect(stderr).toContain('none that is conditioned on --context height');
  expect(existsSync(join(folder, 'found'))).toBe(false);
});
