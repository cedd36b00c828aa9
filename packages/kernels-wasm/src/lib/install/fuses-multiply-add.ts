// One exported function f (a, b) → f32: lane 0 of f32x4.relaxed_madd(splat a, splat a, splat b).
const header = [0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 125, 125, 1, 125, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0];
const splat = (local: number): number[] => [0x20, local, 0xfd, 0x13];
const body = [0, ...splat(0), ...splat(0), ...splat(1), 0xfd, 0x85, 0x02, 0xfd, 0x1f, 0, 0x0b];
const bytes = new Uint8Array([...header, 10, body.length + 2, 1, body.length, ...body]);

/**
 * Whether this processor rounds relaxed SIMD's a·b + c once; the standard leaves it free to round twice. With a = 1 + 2⁻¹² the
 * last bit of a² is lost by a rounding in between. Only where the engine has relaxed SIMD.
 */
export function fusesMultiplyAdd(): boolean {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const f = exports['f'] as (a: number, b: number) => number;
  return f(1 + 2 ** -12, -(1 + 2 ** -11)) !== 0;
}
