import {
  backend as currentBackend,
  getBackend,
  getKernel,
  getKernelsForBackend,
  type KernelConfig,
  registerKernel,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import { adamKernels } from './adam-kernels.ts';
import { isWasmBackend } from './backend.ts';
import { type BuildName, buildNames, supports } from './build-name.ts';
import { channelMapKernels } from './channel-map-kernels.ts';
import { registerConvGradients } from './conv-gradients.ts';
import { convKernels } from './conv-kernels.ts';
import { couplingKernels } from './coupling-kernels.ts';
import { elementwiseKernels } from './elementwise-kernels.ts';
import { fusesMultiplyAdd } from './fuses-multiply-add.ts';
import { guarded, guardedKernel, releaseGuards } from './guard.ts';
import { identity } from './identity.ts';
import { machines } from './kernel-module.ts';
import { matrixProducts } from './matrix-product.ts';
import { type CompiledModule, compile } from './module-source.ts';
import { pluKernels } from './plu-kernels.ts';
import { rowCopies } from './row-copies.ts';
import { segmentSum } from './segment-sum.ts';
import { stackKernels } from './stack-kernels.ts';
import { allTransformKernels } from './transforms/transform-kernels.ts';
import { runsWide } from './wide.ts';

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
  readonly wide?: boolean;
}

/** What came of installing: which build, or why none. */
export type Installed =
  | {
      readonly build: BuildName;
      /** The CRC-32 of the build's module. */
      readonly checksum: string;
      /** Whether loops are those for 256 bits. */
      readonly wide: boolean;
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

async function install({ build: wanted, addresses = {}, wide = runsWide() }: InstallOptions): Promise<Installed> {
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
  if (current?.build === build && current.wide === wide) {
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
  const { scripted, free } = machines(compiled.module, wide);
  const before = (kernelName: string) => getKernel(kernelName, 'wasm');
  const own = [
    ...matrixProducts(scripted, before),
    ...convKernels(scripted, before),
    identity(before('Identity')),
    ...rowCopies({ scripted, free }, before),
    segmentSum({ scripted, free }),
    ...stackKernels(scripted),
    ...allTransformKernels.flatMap((transform) => [
      ...elementwiseKernels(scripted, transform),
      ...couplingKernels(scripted, transform),
    ]),
    ...channelMapKernels(scripted),
    ...pluKernels(scripted),
    ...adamKernels(free),
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
    wide,
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
