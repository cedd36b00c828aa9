import '@tensorflow/tfjs-backend-wasm';
import { env, setBackend } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type BuildName, buildNames, supports } from '../src/lib/install/build-name.ts';
import { installKernels } from '../src/lib/install/install-kernels.ts';

/** Runs tests on the WASM backend once with each build of the kernels that this engine runs. */
export function describeBuilds(name: string, tests: (build: BuildName) => void): void {
  describe.each(buildNames.filter(supports))(`${name} (%s)`, (build) => {
    let uninstall = (): void => undefined;
    beforeAll(async () => {
      env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
      await setBackend('wasm');
      const installed = await installKernels({ build });
      expect(installed.reason).toBeNull();
      uninstall = installed.uninstall;
    });
    afterAll(() => uninstall());
    tests(build);
  });
}
