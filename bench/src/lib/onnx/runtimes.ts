import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as web from 'onnxruntime-web/wasm';

/** A build of ONNX Runtime: onnxruntime-web and onnxruntime-node have this in common. */
type OnnxRuntime = Pick<typeof web, 'InferenceSession' | 'Tensor' | 'env'>;

/** A build under the name that the table gives it. */
export interface NamedRuntime {
  readonly name: string;
  readonly runtime: OnnxRuntime;
}

/** Where `npm run prove -- onnx-node` installs it. */
const cached = join(import.meta.dirname, '../../../../node_modules/.cache/onnxruntime-node');

/** ONNX Runtime for browsers, and that for Node where it has been installed; each on one thread. */
export function onnxRuntimes(): readonly NamedRuntime[] {
  web.env.wasm.numThreads = 1;
  const found: NamedRuntime[] = [{ name: 'onnxruntime-web', runtime: web }];
  if (existsSync(join(cached, 'node_modules/onnxruntime-node'))) {
    const require = createRequire(pathToFileURL(join(cached, 'package.json')));
    found.push({ name: 'onnxruntime-node', runtime: require('onnxruntime-node') as OnnxRuntime });
  }
  for (const { runtime } of found) runtime.env.logLevel = 'error';
  return found;
}
