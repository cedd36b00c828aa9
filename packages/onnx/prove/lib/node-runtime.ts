import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { OnnxRuntime } from '../../test/lib/onnx-runtime.ts';

const root = join(import.meta.dirname, '../../../..');
/** Where `npm run bench -- onnx` finds it too. */
const folder = join(root, 'node_modules/.cache/onnxruntime-node');

/** The version of onnxruntime-web that the tests use: the two are released together. */
function wantedVersion(): string {
  const path = createRequire(import.meta.url).resolve('onnxruntime-web/wasm');
  const manifest = join(path.slice(0, path.lastIndexOf('dist')), 'package.json');
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}

/**
 * onnxruntime-node, which is no dependency: it weighs 114 MB packed and 280 MB installed. Fetched by npm once, without its own
 * script, which would fetch what graphics cards need.
 */
export function nodeRuntime(): OnnxRuntime {
  const version = wantedVersion();
  const installed = join(folder, 'node_modules/onnxruntime-node/package.json');
  if (!existsSync(installed) || JSON.parse(readFileSync(installed, 'utf8')).version !== version) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true }));
    execFileSync('npm', ['install', '--ignore-scripts', `onnxruntime-node@${version}`], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  }
  const runtime = createRequire(installed)('onnxruntime-node');
  runtime.env.logLevel = 'error';
  return runtime as OnnxRuntime;
}
