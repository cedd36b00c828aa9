export { type ExportOnnxOptions, exportOnnx } from './lib/export-onnx.ts';
export type { OnnxFunction } from './lib/exported-function.ts';
