/** What the processes of a proof have in common: a model, a table in shards, and the run that scores it. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { flow, normal, save, uniform } from '@diffeo/core';
import { datasetFrom, encodeTable } from '@diffeo/datasets';
import { couplingDefinitions, realNVP } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, standardise } from '@diffeo/layers-elementwise';
import { useWasm } from '@diffeo/trainer';
import { type Handlers, openRoot, type Run, scoreHandler, scoreRun, scoreType } from '../../src/index.ts';

const definitions = [...couplingDefinitions, ...elementwiseDefinitions];

export const scoreHandlers: Handlers = { [scoreType]: scoreHandler({ definitions }) };

/** A model that did not learn, whose scores are no less hard to get right. */
async function modelFile(): Promise<Uint8Array> {
  await useWasm();
  const model = flow({ eventShape: [2], layers: [standardise(), ...realNVP({ layers: 4, hidden: [32] })] });
  return await save(model, await model.start(model.init(1), normal([1000, 2], 2)));
}

/** Writes a table into CSV files of so many shards each, all of them different. */
export async function writeTable(root: string, { shards, rows }: { readonly shards: number; readonly rows: number }) {
  await useWasm();
  mkdirSync(join(root, 'rows'), { recursive: true });
  const together = Math.min(shards, 20);
  for (let at = 0; at < shards; at += together) {
    const count = rows * Math.min(together, shards - at);
    const values = (await uniform([count, 2], 1000 + at).data()) as Float32Array;
    const table = datasetFrom(values, { eventShape: [2], columns: ['a', 'b'] });
    const name = `rows-${String(at).padStart(5, '0')}.csv`;
    writeFileSync(join(root, 'rows', name), await encodeTable(table, { format: 'csv' }));
  }
}

/** The run that scores them into a folder. */
export const planned = async (root: string, files: readonly string[], folder: string, rows: number): Promise<Run> =>
  await scoreRun(openRoot(root), { model: await modelFile(), name: 'the table', files, folder, rows });
