import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startVitest } from 'vitest/node';

/** Inside the package, so that imports resolve as they do for its users. */
const examples = join(dirname(fileURLToPath(import.meta.url)), '../../../.examples');

/** The outcome of each test of a file: its full name, and what it failed with. */
async function run(code: string): Promise<ReadonlyMap<string, string | null>> {
  mkdirSync(examples, { recursive: true });
  const folder = mkdtempSync(join(examples, 'vitest-'));
  const exitCode = process.exitCode;
  try {
    writeFileSync(join(folder, 'example.test.ts'), code);
    const vitest = await startVitest('test', [], { config: false, root: folder, watch: false, reporters: [{}] });
    const cases = vitest.state.getTestModules().flatMap((found) => [...found.children.allTests()]);
    const outcomes = cases.map((each) => [each.fullName, each.result().errors?.[0]?.message ?? null] as const);
    await vitest.close();
    return new Map(outcomes);
  } finally {
    process.exitCode = exitCode;
    rmSync(folder, { recursive: true, force: true });
  }
}

const failuresOf = (outcomes: ReadonlyMap<string, string | null>) =>
  new Map([...outcomes].filter(([, error]) => error !== null));

test('each check at each place is a test of its own', async () => {
  const outcomes = await run(`
    import '@tensorflow/tfjs-backend-cpu';
    import '@tensorflow/tfjs-backend-wasm';
    import { chain, studentT } from '@diffeo/core';
    import { testDistribution, testLayer } from '@diffeo/testing/vitest';
    testLayer(chain, { configs: [{ layers: [] }], eventShapes: [[3]], contextShapes: [[2]] });
    testDistribution(studentT({ degreesOfFreedom: 5 }), { eventShapes: [[2]] });
  `);
  expect(failuresOf(outcomes)).toEqual(new Map());
  const names = [...outcomes.keys()];
  expect(names).toContain('@diffeo/core/chain > {"layers":[]}, event shape [3], context [2], wasm > round-trip');
  expect(names).toContain('@diffeo/core/student-t > event shape [2], context none, cpu > density-integrates');
});

test('a broken layer fails in the test that is named for what is broken, with its message', async () => {
  const outcomes = await run(`
    import '@tensorflow/tfjs-backend-cpu';
    import { negativeControls } from '@diffeo/testing';
    import { testDistribution, testLayer } from '@diffeo/testing/vitest';
    for (const { name, spec, options } of negativeControls) {
      if (name === 'leaves-out-a-term') testLayer(spec, options);
      if (name === 'ignores-the-seed') testDistribution(spec, options);
    }
  `);
  const failures = failuresOf(outcomes);
  const place = 'event shape [2], context none, cpu';
  expect([...failures.keys()]).toEqual([
    `@diffeo/testing/leaves-out-a-term > ${place} > log-det-jacobian`,
    `@diffeo/testing/leaves-out-a-term > ${place} > density-integrates`,
    `@diffeo/testing/leaves-out-a-term > ${place} > samples-match-density`,
    `@diffeo/testing/ignores-the-seed > ${place} > sample-seeds`,
  ]);
  expect([...failures.values()].at(-1)).toContain('Two different seeds gave the same samples');
});
