/** Trains a flow on the UCI digits, compares it with a Gaussian, saves it, and draws what it samples; then learns a table by the command, and has it reported. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { isAbsolute, join, relative } from 'node:path';
import { main } from '@diffeo/cli';
import { bitsPerDim, countParams, flow, load, save } from '@diffeo/core';
import { dequantizerDefinitions, split, toTensor, uniformDequantize } from '@diffeo/datasets';
import { nearestImages } from '@diffeo/datasets/images';
import { readDigits } from '@diffeo/datasets/node';
import { couplingDefinitions, realNVP } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, logit, standardise } from '@diffeo/layers-elementwise';
import { fit, gaussianBaseline, score, useWasm } from '@diffeo/trainer';
import { penguinsJson } from './lib/penguins-json.ts';
import { progressLines } from './lib/progress-lines.ts';
import { reportPicture } from './lib/report-picture.ts';

const seed = 1;
const bins = 17;
const say = (line: string): void => console.log(line);

await useWasm();
const { images } = await readDigits();
const rows = split(images, undefined, seed);
const train = toTensor(rows.train);
const validation = toTensor(rows.validation);
const heldOut = toTensor(rows.test);
say(`UCI digits: ${rows.train.count} to train on, ${rows.validation.count} to validate, ${rows.test.count} held out`);

const preprocessing = flow({
  eventShape: images.eventShape,
  dequantize: uniformDequantize({ bins }),
  layers: [logit(), standardise()],
});
const model = flow({
  ...preprocessing.spec,
  layers: [...preprocessing.spec.layers, ...realNVP({ hidden: [64], activation: 'tanh' })],
});
say(`RealNVP: 8 affine couplings, ${countParams(model.layout, { trainable: true }).toLocaleString('en')} parameters`);

const fitted = await fit(model, train, {
  steps: 1600,
  learningRate: 7e-4,
  validation,
  seed,
  onProgress: progressLines((nats) => `${bitsPerDim(model, nats).toFixed(3)} bits/dim`, say),
});
say(
  `trained ${fitted.steps} steps in ${fitted.seconds.toFixed(0)} s; the best parameters are from step ${fitted.bestStep}`,
);

const scores = await score(model, fitted.params, heldOut);
const bits = bitsPerDim(model, -scores.reduce((sum, logProb) => sum + logProb, 0) / scores.length);
const front = await preprocessing.start(preprocessing.init(seed), train);
const { nll: gaussianNll } = await gaussianBaseline(preprocessing, front, { train, heldOut });
const gaussian = bitsPerDim(preprocessing, gaussianNll);
say(
  `held-out bits per dimension: ${bits.toFixed(3)}; full-covariance Gaussian: ${gaussian.toFixed(3)}; less is better`,
);

const folder = join(process.cwd(), 'demo-output');
mkdirSync(folder, { recursive: true });
/** Writes beside and renames into place, so that nothing is ever half written. */
function write(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(`${path}.part`, bytes);
  renameSync(`${path}.part`, path);
  return relative(process.cwd(), path);
}

const file = await save(model, fitted.params);
const modelPath = write('digits.safetensors', file);
// The samples come from the file, so that the picture shows what was saved.
const definitions = [...couplingDefinitions, ...dequantizerDefinitions, ...elementwiseDefinitions];
const saved = load(file, { definitions });
const sampled = saved.model.sample(saved.params, { count: 100, seed });
const asImages = (values: Float32Array) =>
  nearestImages({ values, count: values.length / 64, eventShape: [8, 8, 1] }, bins);
const picture = await reportPicture({
  title: `UCI digits: ${bits.toFixed(2)} bits per dimension, Gaussian ${gaussian.toFixed(2)}`,
  subtitle: `RealNVP with ${countParams(model.layout, { trainable: true }).toLocaleString('en')} parameters, trained for ${fitted.seconds.toFixed(0)} s on ${rows.train.count} digits by maximum likelihood; figures are of ${rows.test.count} held-out digits`,
  real: asImages(rows.test.values),
  sampled: asImages((await sampled.data()) as Float32Array),
  history: fitted.history.map(({ step, train: loss, validation: held }) => ({
    step,
    train: bitsPerDim(model, loss),
    ...(held !== undefined && { validation: bitsPerDim(model, held) }),
  })),
  baseline: { label: 'full-covariance Gaussian, held out', value: gaussian },
});
say(`model: ${modelPath}`);
say(`picture of real and sampled digits and the loss: ${write('digits.png', picture)}`);

// The command as it is: the penguins of Palmer station, a table of numbers, categories and gaps.
const [penguins, page] = [join(folder, 'penguins'), join(folder, 'penguins.html')];
for (const args of [
  ['train', penguinsJson, '--effort', 'fast', '--seed', '1', '--out', penguins, '--anew'],
  ['report', penguins, penguinsJson, '--out', page],
]) {
  say(`\ndiffeo ${args.map((arg) => (isAbsolute(arg) ? relative(process.cwd(), arg) : arg)).join(' ')}`);
  process.exitCode ||= await main(args);
}
say(`report of a table, to be opened in a browser: ${relative(process.cwd(), page)}`);
