import type { Plugin } from 'vite';

/** Where something is entered into TensorFlow.js's lists. */
const entries = [
  {
    file: /tfjs-backend-wasm\/dist\/register_all_kernels\.js/,
    call: /^\s*(?:nonMaxSuppression|sparse|string)\w+Config,$/gm,
  },
  { file: /tfjs-core\/dist\/index\.js/, call: /^registerOptimizers\(\);$/gm },
  {
    file: /tfjs-core\/dist\/platforms\/platform_browser\.js/,
    call: /^\s*ModelStoreManagerRegistry\.registerManager\(.*\);$/gm,
  },
];

/**
 * Leaves out of the workers what of TensorFlow.js runs in no flow, a tenth of what a click fetches:
 *
 * - the half of the WASM backend that shares memory between threads: `useWasm` forbids it, since kernels write into that memory;
 * - kernels of texts, of sparse tensors and of boxes in pictures;
 * - the places where TensorFlow.js's own models are saved, and its own optimisers: modules that enter themselves into lists.
 */
export function leanTfjs(): Plugin {
  const noThreads = '\0diffeo:no-threads';
  return {
    name: 'diffeo:lean-tfjs',
    enforce: 'pre',
    resolveId(source) {
      return /wasm-out\/tfjs-backend-wasm-threaded-simd(?:\.worker)?\.js$/.test(source) ? noThreads : null;
    },
    load(id) {
      if (id !== noThreads) return null;
      const message = 'the threads of TensorFlow.js are not part of this site: await useWasm()';
      return `export const wasmWorkerContents = '';\nexport default () => Promise.reject(new Error(${JSON.stringify(message)}));`;
    },
    transform(code, id) {
      if (/tfjs-core\/dist\/io\/[\w]+\.js/.test(id)) return { code, map: null, moduleSideEffects: false };
      const entered = entries.find(({ file }) => file.test(id));
      return entered ? { code: code.replaceAll(entered.call, ''), map: null } : null;
    },
  };
}
