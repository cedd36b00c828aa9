import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-backend-wasm';
import type { Spec } from '@diffeo/core';
import { expect, test } from 'vitest';
import { checkBase } from '../check-base.ts';
import { checkLayer } from '../check-layer.ts';
import { baseChecks, layerChecks } from '../checks/all-checks.ts';
import type { CheckOptions } from '../options.ts';
import { negativeControls } from './negative-controls.ts';

const run = (spec: Spec, options: CheckOptions) =>
  spec.$kind === 'layer' ? checkLayer(spec as Spec<'layer'>, options) : checkBase(spec as Spec<'base'>, options);

test.each(negativeControls.map((control) => [control.name, control.brokenCheck, control] as const))(
  '%s is rejected by %s',
  async (_, brokenCheck, { spec, options, finding }) => {
    const report = await run(spec, { ...options, only: [brokenCheck] });
    expect(report.passed).toBe(false);
    const [failure] = report.checks.filter(({ passed }) => !passed);
    expect(failure?.name).toBe(brokenCheck);
    expect(failure?.message).toContain(`${spec.$type} fails '${brokenCheck}'`);
    expect(failure?.message).toContain(finding);
    expect(failure?.message).toMatch(/Event shape \[2\], .* backend cpu, seed 1\. Repeat with check(Layer|Base)\(/);
  },
);

test('every check has a layer or base that it rejects', () => {
  const rejected = new Set(negativeControls.map(({ brokenCheck }) => brokenCheck));
  const unproved = [...layerChecks, ...baseChecks].map(({ name }) => name).filter((name) => !rejected.has(name));
  expect(unproved).toEqual([]);
});

test('names are unique', () => {
  expect(new Set(negativeControls.map(({ name }) => name)).size).toBe(negativeControls.length);
});
