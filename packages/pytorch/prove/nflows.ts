import '@tensorflow/tfjs-backend-wasm';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setBackend } from '@tensorflow/tfjs-core';
import { importPyTorch, toPyTorch } from '../src/index.ts';
import { exampleOf, examples } from '../test/exported-models.ts';
import { fixture, numbersIn } from '../test/fixtures.ts';
import { scoresOf } from '../test/parity.ts';

export const description =
  'What toPyTorch writes loads in nflows, with the same log-densities: NFLOWS_PYTHON names a Python with torch, safetensors and nflows.';
export const takes = '10 seconds';
export const counts = { whole: 9, short: 1 };

const loader = fileURLToPath(new URL('lib/load_in_nflows.py', import.meta.url));
const python = process.env['NFLOWS_PYTHON'];

/** The greatest |ours − theirs| / max(1, |theirs|), and how many are beyond 1e-5. */
function compared(ours: ArrayLike<number>, theirs: ArrayLike<number>): { greatest: number; beyond: number } {
  const apart = Array.from(theirs, (value, i) => Math.abs((ours[i] as number) - value) / Math.max(1, Math.abs(value)));
  return { greatest: Math.max(...apart), beyond: apart.filter((difference) => !(difference <= 1e-5)).length };
}

/** Writes each model for nflows, and has Python load all of them; a few models are only read again here. */
export async function run({ count, print }: { count: number; seed: number; print(line: string): void }) {
  await setBackend('wasm');
  const isWhole = count >= counts.whole;
  if (isWhole && !python) throw new Error('NFLOWS_PYTHON must name a Python with torch, safetensors and nflows');
  const folder = mkdtempSync(join(tmpdir(), 'diffeo-nflows-'));
  try {
    writeFileSync(join(folder, 'points.safetensors'), fixture('points'));
    const scores = new Map<string, ArrayLike<number>>();
    for (const [i, name] of Object.keys(examples).slice(0, count).entries()) {
      const { model, params } = await exampleOf(name);
      const { bytes, code, recipe } = await toPyTorch(model, params);
      writeFileSync(join(folder, `model-${i}.safetensors`), bytes);
      writeFileSync(join(folder, `model-${i}.py`), code);
      scores.set(name, scoresOf({ model, params }));
      const again = compared(scoresOf(await importPyTorch(bytes, recipe)), scores.get(name) as ArrayLike<number>);
      if (again.beyond > 10) throw new Error(`${name}, read again, is off by ${again.greatest}`);
    }
    if (!isWhole || !python) return `${count} read again, without Python`;
    const { status, stderr } = spawnSync(python, [loader, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Python could not load the models: ${stderr}`);
    for (const [i, name] of [...scores.keys()].entries()) {
      const values = numbersIn(readFileSync(join(folder, `model-${i}.values.safetensors`)));
      const { greatest, beyond } = compared(scores.get(name) as ArrayLike<number>, values('log_prob'));
      print(`${name}: ${greatest.toExponential(1)}, ${beyond} of 1000 rows beyond 1e-5`);
      // Beside knots of splines float32 itself is further off.
      if (beyond > 10 || !(greatest < 1e-2)) throw new Error(`${name} is another density in nflows`);
    }
    return `${count} models in nflows`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
