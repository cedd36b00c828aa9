import type { instantiate } from '../../wasm/kernels.d.ts';

type Exports = Awaited<ReturnType<typeof instantiate>>;

type NameOfFunction<Name extends keyof Exports> = Exports[Name] extends (...numbers: never[]) => unknown ? Name : never;

/**
 * The functions that `assembly/` exports, as the compiler describes them. Addresses and steps are in bytes, counts in numbers; what
 * each function does is said there.
 */
export type Kernels = { readonly [Name in keyof Exports as NameOfFunction<Name>]: Exports[Name] };
