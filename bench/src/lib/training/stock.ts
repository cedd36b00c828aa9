/** Stock tfjs as a competitor: plain ops, tfjs's own gradients, `tf.train.adam`, on the same WASM backend; with `--cpu`, on its CPU backend. */
import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import {
  gather,
  mean,
  neg,
  randomNormal,
  type Scalar,
  setBackend,
  slice,
  square,
  sum,
  type Tensor,
  tensor1d,
  tensor2d,
  tidy,
  train,
  util,
  variableGrads,
} from '@tensorflow/tfjs-core';
import { readNumbers } from '../comparison/numbers.ts';
import { checkSteps, serve, timed, type Workload } from '../comparison/workload.ts';
import type { Problem } from './problem.ts';
import { stockFlow } from './stock-flow.ts';
import { registerStockGradients } from './stock-gradients.ts';

const read = (tensor: Tensor): number => {
  const [value] = tensor.dataSync();
  tensor.dispose();
  return value as number;
};

async function prepare(problem: Problem): Promise<Workload> {
  const { dimensions, batch, learningRate, rows } = problem;
  await registerStockGradients();
  await setBackend(process.argv.includes('--cpu') ? 'cpu' : 'wasm');
  const data = tensor2d(readNumbers(problem.data), [rows, dimensions]);
  const firstBatch = slice(data, [0, 0], [batch, dimensions]);
  const weights = readNumbers(problem.weights);
  const model = stockFlow(problem, weights);
  const optimiser = train.adam(learningRate, 0.9, 0.999, 1e-8);

  const loss = (x: Tensor): Scalar => neg(mean(model.logProb(x)));
  const descend = (x: Tensor): number => read(optimiser.minimize(() => loss(x), true) as Scalar);
  const gradientNorm = (x: Tensor): number => {
    const { value, grads } = variableGrads(() => loss(x));
    value.dispose();
    const squares = Object.values(grads).map((gradient) => read(sum(square(gradient)) as Scalar));
    for (const gradient of Object.values(grads)) gradient.dispose();
    return Math.sqrt(squares.reduce((total, one) => total + one, 0));
  };

  return {
    check: () => {
      const norm = gradientNorm(firstBatch);
      const decoded = read(tidy(() => mean(square(model.decode(firstBatch)))));
      const losses = Array.from({ length: checkSteps + 1 }, () => descend(firstBatch));
      return Promise.resolve({
        loss: losses[0] as number,
        gradientNorm: norm,
        lossAfter: losses[checkSteps] as number,
        decoded,
      });
    },
    training: (steps) =>
      timed(steps, () => {
        const chosen = Int32Array.from(util.createShuffledIndices(rows)).subarray(0, batch);
        const x = tidy(() => gather(data, tensor1d(chosen, 'int32')));
        descend(x);
        x.dispose();
      }),
    logProb: (steps) => timed(steps, () => void read(tidy(() => model.logProb(firstBatch)))),
    sample: (steps) => timed(steps, () => void read(tidy(() => model.decode(randomNormal([batch, dimensions]))))),
  };
}

await serve(prepare);
