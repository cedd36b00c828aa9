/** What mpirun starts: trains twice, and writes what came out: the file, the seed. */
import { writeFileSync } from 'node:fs';
import { fit, useWasm } from '@diffeo/trainer';
import { withMpi } from '../../src/index.ts';
import { bitsOf, model, rows, training } from './training.ts';

const [out = '', seed = ''] = process.argv.slice(2);
await useWasm();
const modules = ['@diffeo/layers-elementwise', '@diffeo/layers-coupling'].map((name) => import.meta.resolve(name));
await withMpi(
  async (workers) => {
    const found: number[][] = [];
    for (const _ of [1, 2])
      found.push(bitsOf(await fit(model, rows(Number(seed)), { ...training, seed: Number(seed), workers })));
    writeFileSync(out, JSON.stringify(found));
  },
  { modules },
);
