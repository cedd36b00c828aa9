import {
  backend as currentBackend,
  getBackend,
  getKernel,
  getKernelsForBackend,
  type KernelConfig,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { couplingKernels } from '../couplings/coupling-kernels.ts';
import { isWasmBackend } from '../heap/backend.ts';
import { guarded, guardedKernel, releaseGuards } from '../heap/guard.ts';
import { channelMapKernels } from '../layers/channel-map-kernels.ts';
import { pluKernels } from '../layers/plu-kernels.ts';
import { stackKernels } from '../stacks/stack-kernels.ts';
import { registerConvGradients } from '../tfjs/conv-gradients.ts';
import { convKernels } from '../tfjs/conv-kernels.ts';
import { identity } from '../tfjs/identity.ts';
import { matrixProducts } from '../tfjs/matrix-product.ts';
import { rowCopies } from '../tfjs/row-copies.ts';
import { segmentSum } from '../tfjs/segment-sum.ts';
import { adamKernels } from '../training/adam-kernels.ts';
import { elementwiseKernels } from '../transforms/elementwise-kernels.ts';
import { allTransformKernels } from '../transforms/transform-kernels.ts';
import { type BuildName, buildNames, supports } from './build-name.ts';
import { fusesMultiplyAdd } from './fuses-multiply-add.ts';
import { kernelContexts } from './kernel-module.ts';
import { type CompiledModule, compile } from './module-source.ts';
import { runsSimd256 } from './simd256.ts';

/** How to install the kernels. */
export interface InstallOptions {
  /** The build to use. Default: the fastest that the engine runs. */
  readonly build?: BuildName;
  /**
   * Where the modules are, for bundles that do not copy them: `kernels-relaxed-simd.wasm` and `kernels-simd.wasm` of this
   * package's `wasm` folder. Default: beside this package's code.
   */
  readonly addresses?: Readonly<Partial<Record<BuildName, string | URL>>>;
  /**
   * Whether loops are to be those for an engine that makes one instruction of 256 bits of two of 128, as V8 does with
   * `--experimental-wasm-revectorize`. Results are the same to the bit; in another engine they come later. Default: whether Node
   * was started with that flag.
   */
  readonly simd256?: boolean;
}

/** What came of installing: which build, or why none. */
export type Installed =
  | {
      readonly build: BuildName;
      /** The CRC-32 of the build's module. */
      readonly checksum: string;
      /** Whether loops are those for 256 bits. */
      readonly simd256: boolean;
      readonly reason: null;
      /** Puts back what was there before. */
      uninstall(): void;
    }
  | { readonly build: null; readonly reason: string; uninstall(): void };

let current: Extract<Installed, { reason: null }> | null = null;

const refused = (reason: string): Installed => ({ build: null, reason, uninstall: () => undefined });

/** The newest installation, which the next waits for: of two at once, each would take the other's kernels for tfjs's. */
let newest: Promise<unknown> = Promise.resolve();

/**
 * Gives tfjs's WASM backend the kernels of this package: faster ones of its own, and the fused ones of `@diffeo/ops`. Once
 * is enough, after `setBackend('wasm')`. From then on every kernel, tfjs's own too, throws a DiffeoError `MEMORY` where the
 * heap has no room for what it makes. Where they cannot work it changes nothing and says why.
 */
export function installKernels(options: InstallOptions = {}): Promise<Installed> {
  const installed = newest.then(() => install(options));
  newest = installed.catch(() => undefined);
  return installed;
}

async function install({ build: wanted, addresses = {}, simd256 = runsSimd256() }: InstallOptions): Promise<Installed> {
  if (getBackend() !== 'wasm') {
    return refused(`the backend is '${getBackend()}': call setBackend('wasm') first`);
  }
  const backend = currentBackend();
  if (!isWasmBackend(backend)) {
    return refused(
      "the WASM backend runs its threaded variant, whose memory is shared: call env().set('WASM_HAS_MULTITHREAD_SUPPORT', false) before setBackend('wasm')",
    );
  }
  const build = wanted ?? buildNames.find(supports);
  if (build === undefined || !supports(build)) return refused(`this engine has no WebAssembly ${wanted ?? 'simd'}`);
  if (current?.build === build && current.simd256 === simd256) {
    guarded(backend);
    return current;
  }

  let compiled: CompiledModule;
  try {
    compiled = await compile(build, addresses[build]);
  } catch (error) {
    return refused(`kernels-${build}.wasm did not load (${error instanceof Error ? error.message : error})`);
  }
  current?.uninstall();
  const { capturable, uncaptured } = kernelContexts(compiled.module, simd256);
  const before = (kernelName: string) => getKernel(kernelName, 'wasm');
  const own = [
    ...matrixProducts(capturable, before),
    ...convKernels(capturable, before),
    identity(before('Identity')),
    ...rowCopies({ capturable, uncaptured }, before),
    segmentSum({ capturable, uncaptured }),
    ...stackKernels(capturable),
    ...allTransformKernels.flatMap((transform) => [
      ...elementwiseKernels(capturable, transform),
      ...couplingKernels(capturable, transform),
    ]),
    ...channelMapKernels(capturable),
    ...pluKernels(capturable),
    ...adamKernels(uncaptured),
  ];
  const names = new Set(own.map(({ kernelName }) => kernelName));
  const others = getKernelsForBackend('wasm').filter(({ kernelName }) => !names.has(kernelName));
  guarded(backend);
  const restore = [...own, ...others]
    .map((config) => replace(guardedKernel(config)))
    .concat(registerConvGradients(), releaseGuards);
  const installed: Installed = {
    build,
    checksum: compiled.checksum,
    simd256,
    reason: null,
    uninstall: () => {
      for (const undo of restore.splice(0)) undo();
      if (current === installed) current = null;
    },
  };
  current = installed;
  return installed;
}

/**
 * What computes on the WASM backend beside tfjs, by a name that changes when results may: the build, the CRC-32 of its module,
 * and how this processor does the one instruction whose rounding is left to it. `none` without kernels.
 */
export function kernelsAtWork(): string {
  if (!current || getBackend() !== 'wasm') return 'none';
  const { build, checksum } = current;
  const rounding = build === 'relaxed-simd' ? (fusesMultiplyAdd() ? ', fused multiply-add' : ', multiply and add') : '';
  return `${build} ${checksum}${rounding}`;
}

/** Registers a kernel in the place of the one with its name, and returns what undoes it. */
function replace(config: KernelConfig): () => void {
  const { kernelName, backendName } = config;
  const before = getKernel(kernelName, backendName) as KernelConfig | undefined;
  if (before) unregisterKernel(kernelName, backendName);
  registerKernel(config);
  return () => {
    unregisterKernel(kernelName, backendName);
    if (before) registerKernel(before);
  };
}
