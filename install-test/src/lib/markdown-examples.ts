/** A block of a Markdown page that is to be run. */
export interface MarkdownExample {
  readonly code: string;
  /** Whether it holds tests, for vitest to run. */
  readonly isTest: boolean;
  /** Whether it holds commands, a line each. */
  readonly isShell: boolean;
}

/**
 * Blocks marked `ts` are programs, those marked `ts vitest` test files, and those marked `sh run` commands. Others, with a path behind
 * `ts`, are not for here.
 */
export const markdownExamples = (page: string): MarkdownExample[] =>
  [...page.matchAll(/^```(ts|ts vitest|sh run)\n(.*?)^```/gms)].map(([, mark, code = '']) => ({
    code,
    isTest: mark === 'ts vitest',
    isShell: mark === 'sh run',
  }));

/** The packages that a page has its reader install: those behind `npm install` in its `sh` blocks, comments left out. */
export const installedBy = (page: string): string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = '']) => block.split('\n'))
    .flatMap((line) => /^npm install ([^#]*)/.exec(line)?.[1]?.split(/\s+/) ?? [])
    .filter((word) => word !== '' && !word.startsWith('-'));

/**
 * What the comments behind `console.log` promise, one a call; `null` for what is promised to nobody: only plain numbers,
 * lists, and true or false are exact.
 */
export const promisedLines = (code: string): (string | null)[] =>
  [...code.matchAll(/^console\.log\(.*\);(?: \/\/ (.*))?$/gm)].map(([, comment = '']) =>
    /^(?:[\d[]|true|false)[^…]*$/.test(comment) ? comment.replace(/^\[(.*)\]/, '[ $1 ]') : null,
  );
