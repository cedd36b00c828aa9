/** What `record.ts` wrote: commands, and what each printed. */
export interface Records<R> {
  readonly machine: string;
  readonly runs: readonly { readonly command: string; readonly result: R }[];
}
