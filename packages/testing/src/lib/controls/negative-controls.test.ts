import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import { expect, test } from 'vitest';
import { baseChecks, layerChecks } from '../checks/all-checks.ts';
import { checkControl } from './check-control.ts';
import { negativeControls } from './negative-controls.ts';

test.each(negativeControls.map((control) => [control.name, control.brokenCheck, control] as const))(
  '%s is rejected by %s',
  async (_, brokenCheck, control) => {
    const { spec, finding } = control;
    const report = await checkControl(control, { only: [brokenCheck] });
    expect(report.passed).toBe(false);
    const [failure] = report.checks.filter(({ passed }) => !passed);
    expect(failure?.name).toBe(brokenCheck);
    expect(failure?.message).toContain(`${spec.$type} fails '${brokenCheck}'`);
    expect(failure?.message).toContain(finding);
    expect(failure?.message).toMatch(/Event shape \[2\], .* backend cpu, seed 1\. Repeat with check(Layer|Base)\(/);
  },
);

test('a number that is wrong is shown with the input that gave it', async () => {
  const control = negativeControls.find(({ name }) => name === 'rounds-on-the-way-back');
  const report = await checkControl(control as (typeof negativeControls)[number], { contextShapes: [[2]] });
  expect(report.checks.find(({ name }) => name === 'round-trip')?.message).toMatch(
    /expected -?\d.* and got -?\d.* in row \d, entry \d, at the input \(.*, .*\) with the context \(.*, .*\), off by/,
  );
});

test('every check has a layer or base that it rejects', () => {
  const rejected = new Set(negativeControls.map(({ brokenCheck }) => brokenCheck));
  const unproved = [...layerChecks, ...baseChecks].map(({ name }) => name).filter((name) => !rejected.has(name));
  expect(unproved).toEqual([]);
});

test('names are unique', () => {
  expect(new Set(negativeControls.map(({ name }) => name)).size).toBe(negativeControls.length);
});
