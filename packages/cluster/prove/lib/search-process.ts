/** Searches, from wherever an earlier process was killed: root, folder, how many trials. */
import { normal } from '@diffeo/core';
import { couplingDefinitions, realNVP } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, standardise } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import {
  local,
  openRoot,
  randomSettings,
  search,
  storeInput,
  type Trial,
  trialHandler,
  trialType,
} from '../../src/index.ts';

const [path = '', folder = '', count = ''] = process.argv.slice(2);
await useWasm();
const root = openRoot(path);
const definitions = [...couplingDefinitions, ...elementwiseDefinitions];
const rows = (await normal([500, 2], 3).data()) as Float32Array;
const input = await storeInput(root, folder, new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength), '.f32');
const space = {
  learningRate: { from: 1e-4, to: 1e-1, log: true },
  layers: { from: 1, to: 4, whole: true },
  width: { choices: [4, 8, 16] },
};
const trials = randomSettings(space, { count: Number(count), seed: 1 }).map((settings, i): Trial => {
  const { learningRate, layers, width } = settings as { learningRate: number; layers: number; width: number };
  const spec = { eventShape: [2], layers: [standardise(), ...realNVP({ layers, hidden: [width] })] };
  return { settings, spec, fit: { learningRate, batchSize: 64, seed: i } };
});
const engine = local({ root: path });
const controller = new AbortController();
const serving = engine.serve({ [trialType]: trialHandler({ definitions }) }, { signal: controller.signal });
const data = { input, train: 400, validation: 100, eventShape: [2] };
await search({ trials, data, folder, steps: 180, rounds: 3 }, { engine, root, definitions });
controller.abort();
await serving;
