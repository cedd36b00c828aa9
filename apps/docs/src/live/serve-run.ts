import type { RunAnswer, RunRequest } from './messages.ts';
import { loggedOutput, type Output, tabulatedOutput } from './output.ts';
import { useSiteWasmFiles } from './site-wasm-files.ts';

const answer = (message: RunAnswer): void => postMessage(message);
const print = (output: Output): void => answer({ output });

/** Makes this worker run one example: what it prints goes to the page, and at last that it ended or why it failed. */
export function serveRun(
  run: (request: RunRequest) => Promise<unknown>,
  explain: (error: Error) => Promise<string> | string = ({ name, message }) => `${name}: ${message}`,
): void {
  useSiteWasmFiles();
  const log = (...values: unknown[]) => print(loggedOutput(values));
  Object.assign(console, {
    log,
    info: log,
    warn: log,
    error: log,
    table: (value: unknown) => print(tabulatedOutput(value)),
  });

  addEventListener('message', async ({ data }: MessageEvent<RunRequest>) => {
    const began = performance.now();
    try {
      await run(data);
    } catch (error) {
      print({ kind: 'failure', text: error instanceof Error ? await explain(error) : String(error) });
    }
    answer({ seconds: (performance.now() - began) / 1000 });
  });
}
