import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { startVitest } from 'vitest/node';

const packageFolder = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const readme = readFileSync(join(packageFolder, 'README.md'), 'utf8');

/** The outcome of each test of a file: its full name, and what it failed with. */
async function run(code: string): Promise<ReadonlyMap<string, string | null>> {
  const examples = join(packageFolder, '.examples');
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

test("the README's vitest example describes one test for each check, and all pass", async () => {
  const [, code = ''] = /^```typescript\n(.*?)^```/ms.exec(readme) ?? [];
  const outcomes = await run(code);
  expect([...outcomes].filter(([, error]) => error !== null)).toEqual([]);
  const names = [...outcomes.keys()];
  expect(names).toContain('@diffeo/core/chain > event shape [3], context [2], wasm > round-trip');
  expect(names).toContain('@diffeo/core/student-t > event shape [2], context none, cpu > density-integrates');
  expect(names).toContain('rows');
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
  const failures = new Map([...outcomes].filter(([, error]) => error !== null));
  const place = 'event shape [2], context none, cpu';
  expect([...failures.keys()]).toEqual([
    `@diffeo/testing/leaves-out-a-term > ${place} > log-det-jacobian`,
    `@diffeo/testing/leaves-out-a-term > ${place} > density-integrates`,
    `@diffeo/testing/leaves-out-a-term > ${place} > samples-match-density`,
    `@diffeo/testing/ignores-the-seed > ${place} > sample-seeds`,
  ]);
  expect([...failures.values()].at(-1)).toContain('Two different seeds gave the same samples');
});
