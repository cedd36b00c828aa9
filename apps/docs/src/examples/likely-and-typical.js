import { flow } from '@diffeo/core';
import { score, useWasm } from '@diffeo/trainer';
import { zeros } from '@tensorflow/tfjs-core';

await useWasm();
const rows = [];
for (const dimensions of [1, 10, 100, 1000]) {
  const model = flow({ eventShape: [dimensions], layers: [] }); // the standard normal itself
  const params = model.init(1);
  const samples = model.sample(params, { count: 1000, seed: 1 });
  const scores = [...(await score(model, params, samples))];
  const [atTheMode] = await score(model, params, zeros([1, dimensions]));
  rows.push({
    dimensions,
    'likeliest sample of 1000': Math.max(...scores).toFixed(1),
    'the mode, never drawn': atTheMode.toFixed(1),
  });
}
console.table(rows);
