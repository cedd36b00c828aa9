import { expect, test } from 'vitest';
import { exampleBatches } from './example-batches.ts';

const program = (code: string) => ({ code, isTest: false, isShell: false });
const numbersOf = (...codes: (string | { code: string; isTest: boolean; isShell: boolean })[]) =>
  exampleBatches(codes.map((code) => (typeof code === 'string' ? program(code) : code))).map((batch) =>
    batch.map(({ number }) => number),
  );

test('programs that follow each other and set up the same share a process', () => {
  expect(numbersOf('await useWasm();', 'await useWasm(); more();', 'more();', 'much();')).toEqual([
    [1, 2],
    [3, 4],
  ]);
});

test('one that forgets a backend is not given that of another', () => {
  const cpu = "import '@tensorflow/tfjs-backend-cpu';\n";
  expect(numbersOf(cpu, 'add(1, 2);', cpu)).toEqual([[1], [2], [3]]);
});

test('commands, tests, and what counts what its process holds stand alone', () => {
  const shell = { code: 'npx diffeo', isTest: false, isShell: true };
  const ofTests = { code: 'test()', isTest: true, isShell: false };
  expect(numbersOf('a();', shell, 'b();', ofTests, 'c();', 'memory().numTensors;', 'heap?.taken();')).toEqual([
    ...[[1], [2], [3], [4], [5], [6], [7]],
  ]);
});
