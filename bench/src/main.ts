/** The benchmarks, by name. Results go to stdout, everything else to stderr. */
import { defineCommand, runMain } from 'citty';

// Each is loaded when it is asked for: it brings libraries of its own.
const main = defineCommand({
  meta: { name: 'bench', description: 'Measures speed, memory and size' },
  subCommands: {
    training: () => import('./lib/commands/training.ts').then(({ training }) => training),
    images: () => import('./lib/commands/images.ts').then(({ images }) => images),
    memory: () => import('./lib/commands/memory.ts').then(({ memory }) => memory),
    products: () => import('./lib/commands/products.ts').then(({ products }) => products),
    activations: () => import('./lib/commands/activations.ts').then(({ activations }) => activations),
    convolutions: () => import('./lib/commands/convolutions.ts').then(({ convolutions }) => convolutions),
    backends: () => import('./lib/commands/backends.ts').then(({ backends }) => backends),
    heap: () => import('./lib/commands/heap.ts').then(({ heap }) => heap),
    serving: () => import('./lib/commands/serving.ts').then(({ serving }) => serving),
    cluster: () => import('./lib/commands/cluster.ts').then(({ cluster }) => cluster),
    site: () => import('./lib/commands/site.ts').then(({ site }) => site),
    onnx: () => import('./lib/commands/onnx.ts').then(({ onnx }) => onnx),
    profile: () => import('./lib/commands/profile.ts').then(({ profile }) => profile),
    quality: () => import('./lib/commands/quality.ts').then(({ quality }) => quality),
    size: () => import('./lib/commands/size.ts').then(({ size }) => size),
    anomalies: () => import('./lib/commands/anomalies.ts').then(({ anomalies }) => anomalies),
    readers: () => import('./lib/commands/readers.ts').then(({ readers }) => readers),
    tables: () => import('./lib/commands/tables.ts').then(({ tables }) => tables),
  },
});

await runMain(main);
