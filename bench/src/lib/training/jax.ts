/** jax-js as a competitor: a plain flow of `numpy` operations, the whole step compiled by `jit`, on its WASM backend. */

import { randomSource } from '@diffeo/core';
import { defaultDevice, init, jit, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax';
import { readNumbers } from '../comparison/numbers.ts';
import { checkSteps, serve, timed, type Workload } from '../comparison/workload.ts';
import { jaxFlow } from './jax-flow.ts';
import type { Problem } from './problem.ts';

type Numbers = np.Array;
type State = { params: Numbers[]; mean: Numbers[]; square: Numbers[] };

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

async function prepare(problem: Problem): Promise<Workload> {
  await init('wasm');
  defaultDevice('wasm');
  const { dimensions, batch, rows, learningRate } = problem;
  const numbers = Float32Array.from(readNumbers(problem.data));
  const model = jaxFlow(problem, readNumbers(problem.weights));
  const loss = (params: Numbers[], x: Numbers): Numbers => model.logProb(params, x).mean().mul(-1);
  const slope = jit(valueAndGrad(loss));
  const norm = (gradients: Numbers[]): Numbers =>
    np.sqrt(gradients.map((gradient) => np.square(gradient).sum()).reduce((sum, one) => sum.add(one)));

  /** Adam with both corrections in the rate and in ε, as every competitor has it. */
  const descend = jit((state: State, x: Numbers, rate: Numbers, small: Numbers) => {
    const [value, gradients] = valueAndGrad(loss)(tree.ref(state.params), x) as [Numbers, Numbers[]];
    const mean = state.mean.map((m, i) => m.mul(beta1).add((gradients[i] as Numbers).ref.mul(1 - beta1)));
    const square = state.square.map((v, i) => v.mul(beta2).add(np.square(gradients[i] as Numbers).mul(1 - beta2)));
    const params = state.params.map((p, i) => {
      const down = (mean[i] as Numbers).ref.div(np.sqrt((square[i] as Numbers).ref).add(small.ref));
      return p.sub(down.mul(rate.ref));
    });
    rate.dispose();
    small.dispose();
    return { value, params, mean, square };
  });

  let state: State = {
    params: model.params,
    mean: model.params.map(({ shape }) => np.zeros(shape)),
    square: model.params.map(({ shape }) => np.zeros(shape)),
  };
  let taken = 0;
  const step = async (x: Numbers): Promise<number> => {
    taken++;
    const correction = Math.sqrt(1 - beta2 ** taken);
    const rate = np.array((learningRate * correction) / (1 - beta1 ** taken));
    const { value, ...next } = descend(state, x, rate, np.array(epsilon * correction));
    state = next;
    return (await value.data())[0] as number;
  };
  const rowsOf = (values: Float32Array<ArrayBuffer>) =>
    np.array(values).reshape([values.length / dimensions, dimensions]);
  const first = () => rowsOf(numbers.slice(0, batch * dimensions));
  const logProb = jit(model.logProb);
  const decode = jit(model.decode);
  const source = randomSource(1);

  return {
    check: async () => {
      const decoded = (
        await np
          .square(decode(tree.ref(state.params), first()))
          .mean()
          .data()
      )[0] as number;
      const [value, gradients] = slope(tree.ref(state.params), first()) as [Numbers, Numbers[]];
      value.dispose();
      const gradientNorm = (await norm(gradients).data())[0] as number;
      const losses: number[] = [];
      for (let i = 0; i <= checkSteps; i++) losses.push(await step(first()));
      return { loss: losses[0] as number, gradientNorm, lossAfter: losses[checkSteps] as number, decoded };
    },
    training: (steps) =>
      timed(steps, async () => {
        const chosen = new Float32Array(batch * dimensions);
        for (let i = 0; i < batch; i++) {
          const from = dimensions * Math.floor(rows * source.uniform());
          chosen.set(numbers.subarray(from, from + dimensions), i * dimensions);
        }
        await step(rowsOf(chosen));
      }),
    logProb: (steps) => timed(steps, async () => void (await logProb(tree.ref(state.params), first()).data())),
    sample: (steps) =>
      timed(steps, async () => {
        const z = random.normal(random.key(1), [batch, dimensions]);
        await decode(tree.ref(state.params), z).data();
      }),
  };
}

await serve(prepare);
