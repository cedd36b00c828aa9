/** The builds of the kernels, the faster one first. */
export const buildNames = ['relaxed-simd', 'simd'] as const;
export type BuildName = (typeof buildNames)[number];

// One function () → v128 each, which an engine without the instruction rejects:
// f32x4.relaxed_madd(0, 0, 0) and i32x4.splat(0).
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0];
const zero = [0x41, 0, 0xfd, 0x0f];
const probe = (...body: number[]): Uint8Array<ArrayBuffer> => {
  const code = [0, ...body, 0x0b];
  return new Uint8Array([...header, 10, code.length + 2, 1, code.length, ...code]);
};
const probes: Readonly<Record<BuildName, Uint8Array<ArrayBuffer>>> = {
  'relaxed-simd': probe(...zero, ...zero, ...zero, 0xfd, 0x85, 0x02),
  simd: probe(...zero),
};

/** Whether this engine runs a build. */
export const supports = (build: BuildName): boolean => WebAssembly.validate(probes[build]);
