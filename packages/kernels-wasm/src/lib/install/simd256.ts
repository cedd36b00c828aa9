declare const process: { readonly execArgv?: readonly string[] } | undefined;

/**
 * Whether V8 was told, where Node was started, to make one instruction of 256 bits of two of 128. It is experimental there, and
 * no page can ask for it. Threads of Node have it from their process.
 */
export const runsSimd256 = (): boolean =>
  typeof process !== 'undefined' &&
  (process.execArgv ?? []).some((flag) => /^--experimental[-_]wasm[-_]revectorize$/.test(flag));
