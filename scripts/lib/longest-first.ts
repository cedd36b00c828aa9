import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * The files that take longest, longest first. A long one that begins last keeps one core busy and leaves the other idle, and the size of
 * a file says little: the longest have few lines.
 */
export const longest = [
  'browser-test/src/site/pages.test.ts',
  'install-test/src/readmes.test.ts',
  'browser-test/src/site/widgets.test.ts',
  'packages/cli/src/lib/folder/runs.test.ts',
  'bench/test/bench.test.ts',
  'install-test/src/template.test.ts',
  'browser-test/src/site/landing.test.ts',
  'scripts/prove/prove.test.ts',
  'install-test/src/install.test.ts',
  'packages/layers-autoregressive/src/lib/conformance.test.ts',
  'packages/layers-linear/src/lib/conformance.test.ts',
  'packages/layers-glow/src/lib/conformance.test.ts',
  'packages/cli/src/lib/train/resume.test.ts',
  'packages/layers-elementwise/src/lib/conformance.test.ts',
  'packages/layers-coupling/src/lib/transforms.test.ts',
  'packages/layers-coupling/src/lib/spline-conformance.test.ts',
  'packages/layers-coupling/src/lib/conformance.test.ts',
  'packages/testing/src/lib/readme-tables.test.ts',
  'packages/trainer/src/lib/tasks/workers.test.ts',
  'install-test/src/command.test.ts',
  'packages/layers-glow/src/lib/images/images.test.ts',
  'packages/kernels-wasm/src/lib/tfjs/conv-kernels.test.ts',
  'packages/layers-glow/src/lib/kernels.test.ts',
  'packages/tables/src/lib/table-flow.test.ts',
];

/** Begins with the longest files, and goes on as vitest would. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const found = longest.findIndex((path) => moduleId.endsWith(path));
      return found < 0 ? longest.length : found;
    };
    return [...(await super.sort(files))].sort((a, b) => rank(a) - rank(b));
  }
}
