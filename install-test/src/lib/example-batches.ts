import type { MarkdownExample } from './markdown-examples.ts';

/** An example of a page, and its number on it, from 1. */
export interface NumberedExample extends MarkdownExample {
  readonly number: number;
}

/**
 * What an example does to its process that others in it would not have to do themselves: packages that it imports for their effect, and
 * what chooses a backend.
 */
const setupOf = (code: string): string => {
  const found = [
    ...code.matchAll(/^import '([^']+)'|\b(useWasm|useBackend|setBackend|installKernels|registerGradients)\(/gm),
  ];
  return [...new Set(found.map(([, effect, call]) => effect ?? call))].sort().join();
};

/**
 * The examples of a page in their order, as they share processes: programs that follow each other and set up the same. Loading what they
 * import takes longer than most of them, and so each still fails that forgets a backend. Commands and tests stand alone, and so does what
 * counts what its process holds.
 */
export function exampleBatches(examples: readonly MarkdownExample[]): readonly (readonly NumberedExample[])[] {
  const batches: NumberedExample[][] = [];
  const isAlone = ({ code, isTest, isShell }: MarkdownExample): boolean =>
    isTest || isShell || /\b(?:memory\(\)|process\b|heap\b)/.test(code);
  for (const [i, example] of examples.entries()) {
    const [batch, numbered] = [batches.at(-1), { ...example, number: i + 1 }];
    const [last] = batch ?? [];
    const fits = last && !isAlone(last) && !isAlone(example) && setupOf(last.code) === setupOf(example.code);
    if (fits) batch?.push(numbered);
    else batches.push([numbered]);
  }
  return batches;
}
