import { expect, it } from 'vitest';
import { runDiffeo } from '../../../test/run-diffeo.ts';
import { scratchFolder } from '../../../test/scratch-folder.ts';

const scratch = scratchFolder();
const rows = 1_100_000;

it('trains on rows from all of a large table, says so, and reports on those that were held out', async () => {
  // Sorted, as files often are.
  scratch.file('large.csv', `x,y\n${Array.from({ length: rows }, (_, i) => `${i},${i % 7}.5\n`).join('')}`);
  const flow = '--steps 2 --layers 1 --hidden 2 --held-out 300 --seed 5'.split(' ');
  const trained = await runDiffeo(['train', 'large.csv', ...flow, '--json', '--out', 'run'], scratch.path);
  expect(trained.code, trained.stderr).toBe(0);
  const [, held] = /of its 1,100,000 rows (\d{3},\d{3}) are held, drawn by the seed/.exec(trained.stderr) ?? [];
  expect(Math.abs(Number(held?.replace(',', '')) - rows / 2)).toBeLessThan(3000);
  expect(JSON.parse(trained.stdout).heldOut.count).toBe(300);

  const reported = await runDiffeo(['report', 'run', 'large.csv', '--json'], scratch.path);
  expect(reported.code, reported.stderr).toBe(0);
  const facts = JSON.parse(reported.stdout);
  expect(facts.rowsAre).toBe('held-out');
});
