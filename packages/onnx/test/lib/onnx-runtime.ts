import * as web from 'onnxruntime-web/wasm';

/** A build of ONNX Runtime: onnxruntime-web and onnxruntime-node have this in common. */
export type OnnxRuntime = Pick<typeof web, 'InferenceSession' | 'Tensor'>;
export type Session = web.InferenceSession;

web.env.wasm.numThreads = 1;
web.env.logLevel = 'error';

/** The build for browsers, which runs in Node too. */
export const webRuntime: OnnxRuntime = web;
