import { DiffeoError, isDiffeoError } from '@diffeo/core';
import { failedPart, tidied } from '@diffeo/core/engine';
import {
  type BackendValues,
  findBackend,
  getBackend,
  ones,
  registerBackend,
  registerKernel,
  removeBackend,
  setBackend,
  type Tensor,
  unregisterKernel,
} from '@tensorflow/tfjs-core';
import type { Trace, TracedValue } from './traced.ts';
import { TracingBackend } from './tracing-backend.ts';

const backendName = 'diffeo-onnx';

/** Traces, and the numbers of their constants until it is released. */
export interface Tracer {
  trace(run: (inputs: Readonly<Record<string, Tensor>>) => Readonly<Record<string, Tensor>>, shapes: Shapes): Trace;
  read(constant: TracedValue): Promise<BackendValues>;
  release(): void;
}

/** The inputs by name, with the shapes that they are given. */
export type Shapes = Readonly<Record<string, readonly number[]>>;

/** What tfjs says where a backend lacks a kernel, in two places. */
const lacking = /(?:Cannot find registered kernel|^Kernel) '([^']+)'/;

/** Names the part of the model that cannot be traced; any other error is none of tracing's. */
function refusal(error: unknown): unknown {
  const where = failedPart(error) ?? 'the model';
  const message = error instanceof Error ? error.message : '';
  const kernel = lacking.exec(message)?.[1];
  const said = `${where} cannot be exported: `;
  if (kernel)
    return new DiffeoError('EXPORT', `${said}nothing here says what '${kernel}' is in ONNX`, { cause: error });
  if (isDiffeoError(error) && error.code === 'EXPORT')
    return new DiffeoError('EXPORT', said + message, { cause: error });
  return error;
}

/** @param kernels those that may run; to code that looks for others, the backend has none */
export function tracer(kernels: Iterable<string>): Tracer {
  const realName = getBackend();
  const real = findBackend(realName);
  const names = [...kernels];
  const backends: TracingBackend[] = [];

  /** Runs `run` on the backend that traces; nothing else can run meanwhile, since nothing here waits. */
  function within<T>(backend: TracingBackend, run: () => T): T {
    registerBackend(backendName, () => backend);
    for (const kernelName of names) {
      registerKernel({ kernelName, backendName, kernelFunc: (call) => backend.run(kernelName, call) });
    }
    void setBackend(backendName);
    try {
      return run();
    } finally {
      void setBackend(realName);
      for (const kernelName of names) unregisterKernel(kernelName, backendName);
      removeBackend(backendName);
    }
  }

  return {
    trace: (run, shapes) => {
      const backend = new TracingBackend(realName, real);
      backends.push(backend);
      const found: Trace[] = [];
      try {
        within(backend, () =>
          tidied(() => {
            const given = Object.entries(shapes).map(([name, shape]) => [name, ones([...shape])] as const);
            for (const [, tensor] of given) backend.declareInput(tensor);
            const valuesOf = (tensors: Iterable<readonly [string, Tensor]>) =>
              Object.fromEntries([...tensors].map(([name, tensor]) => [name, backend.tracedOf(tensor)]));
            const inputs = valuesOf(given);
            found.push({
              inputs,
              outputs: valuesOf(Object.entries(run(Object.fromEntries(given)))),
              nodes: backend.nodes,
            });
          }),
        );
      } catch (error) {
        throw refusal(error);
      }
      return found[0] as Trace;
    },
    read: (constant) => real.read(constant.info.dataId),
    release: () => {
      for (const backend of backends) backend.release();
    },
  };
}
