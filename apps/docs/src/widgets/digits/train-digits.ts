/**
 * Trains the Glow of the page's digits, with seed 1, and writes it beside this file, in about 20 minutes of two cores:
 * `npm run pnpm -- --filter @diffeo/docs exec node src/widgets/digits/train-digits.ts`.
 */
import { writeFileSync } from 'node:fs';
import { bitsPerDim, countParams, flow, save } from '@diffeo/core';
import { readDigits } from '@diffeo/datasets/node';
import { fit, meanOf, score, useWasm } from '@diffeo/trainer';
import { digitFlow } from './digit-model.ts';
import { digitRows, findFacts } from './find-facts.ts';

const seed = 1;
/** The last rows are neither trained nor validated on. */
const heldOut = 197;

await useWasm();
const digits = await readDigits();
const numbers = (begin: number, end: number) => Array.from({ length: end - begin }, (_, i) => begin + i);
const trained = digits.images.count - heldOut;
const model = flow(digitFlow());
console.log(`${countParams(model.layout, { trainable: true })} parameters`);
let next = 0;
const { params, bestStep } = await fit(model, digitRows(digits, numbers(0, trained)), {
  ...{ steps: 2000, batchSize: 64, learningRate: 1e-3, ema: 0.995, patience: Number.POSITIVE_INFINITY, seed },
  onProgress: ({ step, loss, validation = loss, seconds }) => {
    if (seconds < next) return;
    next = seconds + 10;
    console.log(
      `step ${step}: ${bitsPerDim(model, loss).toFixed(3)} bits/dim, validation ${bitsPerDim(model, validation).toFixed(3)}`,
    );
  },
});
const scores = await score(model, params, digitRows(digits, numbers(trained, digits.images.count)));
console.log(`best at step ${bestStep}; held out ${bitsPerDim(model, -meanOf(scores)).toFixed(3)} bits/dim`);
const facts = JSON.stringify(await findFacts(model, params, digits, trained));
const metadata = { command: 'node src/widgets/digits/train-digits.ts', seed: `${seed}`, facts };
const file = await save(model, params, { metadata });
writeFileSync(new URL('./digits.safetensors', import.meta.url), file);
console.log(`${file.length} bytes`);
