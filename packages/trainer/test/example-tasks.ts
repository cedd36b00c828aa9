/** Tasks as a program of its own has them, for workers to import. */
import { DiffeoError, disposeParams } from '@diffeo/core';
import { memory } from '@tensorflow/tfjs-core';
import { type AllReduceMethod, defineTask, messageAllReduce } from '../src/index.ts';

/** How many parameters a saved model has, counted by a worker that loads it, and how many tensors that leaves behind. */
export const countTask = defineTask({
  type: 'example/count',
  run: (file: Uint8Array, { worker }) => {
    const { model, params } = worker.load(file);
    const before = memory().numTensors;
    disposeParams(model.layout, params);
    return { layers: model.spec.layers.length, disposed: before - memory().numTensors };
  },
});

/** The square of a number, and who computed it. */
export const squareTask = defineTask({
  type: 'example/square',
  run: (value: number, { worker }) => ({ square: value * value, worker: worker.index, of: worker.count }),
});

/** Fails as it is told to. */
export const failTask = defineTask({
  type: 'example/fail',
  run: (how: 'code' | 'plain' | 'answer') => {
    if (how === 'answer') return { cannot: () => 'be posted' };
    if (how === 'plain') throw new TypeError('no such thing');
    throw new DiffeoError('EXAMPLE', 'a failure of its own', { cause: { row: 3, why: ['far', { out: 1e9 }] } });
  },
});

/** Waits for its signal. */
export const patientTask = defineTask({
  type: 'example/patient',
  run: async (_: null, { signal, pause }) => {
    while (!signal.aborted) {
      await pause();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    throw new Error('this is what it stopped by');
  },
});

/** Brings a number and hears what the caller makes of it. */
export const askTask = defineTask({
  type: 'example/ask',
  collective: true,
  run: (value: number, { worker }) =>
    new Promise<number>((resolve) => {
      const close = worker.notes.on('example', (body) => {
        close();
        resolve(body as number);
      });
      worker.notes.post('example', value);
    }),
});

/** Ends the thread or process that it runs in. */
export const dieTask = defineTask({ type: 'example/die', run: (code: number) => process.exit(code) });

/** A way to add up gradients that only this module knows. */
export const pigeons: AllReduceMethod = { ...messageAllReduce, type: 'example/pigeons' };
