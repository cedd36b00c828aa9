import { flow } from '@diffeo/core';
import { realNVP } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import { abs, max, sub } from '@tensorflow/tfjs-core';

await useWasm();
const layers = realNVP({ layers: 6, hidden: [32, 32], bound: 1, outputScale: 1 });
const model = flow({ eventShape: [2], layers });
const params = model.init(3); // nothing is learned yet

const z = model.drawBase(params, { count: 1000, seed: 1 }); // [1000, 2], normal
const x = model.toData(params, z); //                          base → data
const { value: again } = model.toBase(params, x); //           data → base

for (const [name, points] of Object.entries({ base: z, data: x, again })) {
  console.log(name, [...points.dataSync().slice(0, 2)]); // the first of the thousand
}
console.log('largest error:', max(abs(sub(again, z))).dataSync()[0]);
