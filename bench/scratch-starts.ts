import { fold, shuffled } from '@diffeo/core';
import { useWasm } from '@diffeo/trainer';
import { startRows, hostRows } from '../packages/tables/src/lib/flows/front.ts';
import { averageMixture, fitGaussianMixture, meanLogDensity } from '../packages/tables/src/lib/mixture/fit-gaussian-mixture.ts';
import { rowsAt } from '../packages/tables/src/lib/table-rows.ts';
import { readBenchTable, tablesFolder } from './src/lib/tables/table-set.ts';
await useWasm();
for (const name of ['sp500','ames']) {
  const { rows } = readBenchTable(tablesFolder('/work/shared/data/tables'), name);
  const order = shuffled(rows.count, fold(1, 'exp'));
  const out = 700;
  const te = rowsAt(rows, order.slice(0, out)), tr = rowsAt(rows, order.slice(out));
  for (const front of ['whitened','standardised'] as const) {
    const all = startRows(tr);
    const f = await all.front(front);
    const [r, j] = [await hostRows(f, tr), await hostRows(f, te)];
    for (const [k, rounds] of [[20, 40], [20, 150], [28, 40]] as const) {
      const t0 = process.cpuUsage();
      const fits = Array.from({ length: 6 }, (_, i) => fitGaussianMixture(r, { components: k, prior: 0.003 * tr.size, rounds, seed: i }));
      const { user } = process.cpuUsage(t0);
      const each = fits.map((x) => -meanLogDensity(j, x));
      console.log(name, front, k, rounds, 'cpu/fit', (user / 6e6).toFixed(2), 'each', each.map((x) => x.toFixed(2)).join(' '), 'mean of 2', (-meanLogDensity(j, averageMixture(fits.slice(0, 2)))).toFixed(3), '3', (-meanLogDensity(j, averageMixture(fits.slice(0, 3)))).toFixed(3), '6', (-meanLogDensity(j, averageMixture(fits))).toFixed(3));
    }
  }
}
