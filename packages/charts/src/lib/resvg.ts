import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg, type ResvgRenderOptions } from '@resvg/resvg-wasm';
import { fontFamily } from './palette.ts';

/** Parses an SVG with the fonts of this package, so that a machine without fonts draws the same picture. */
export type ParseSvg = (svg: string, options?: Omit<ResvgRenderOptions, 'font'>) => InstanceType<typeof Resvg>;

const files = {
  wasm: import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'),
  regular: import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'),
  bold: import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'),
};
let loading: Promise<ParseSvg> | undefined;

/** Loads the renderer and its fonts, once in a process: the module refuses to be started a second time. */
export const loadResvg = (): Promise<ParseSvg> => {
  loading ??= start();
  return loading;
};

const start = async (): Promise<ParseSvg> => {
  await initWasm(await readFile(fileURLToPath(files.wasm)));
  const fontBuffers = await Promise.all([files.regular, files.bold].map((url) => readFile(fileURLToPath(url))));
  const font = { fontBuffers, defaultFontFamily: fontFamily, sansSerifFamily: fontFamily };
  return (svg, options) => new Resvg(svg, { ...options, font });
};
