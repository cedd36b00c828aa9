import { LiveRun, type Start } from './live-run.ts';
import type { Command, WorkerEvent } from './protocol.ts';
import { useSiteWasm } from './use-site-wasm.ts';

/** Makes a worker train what the page asks for: one flow at a time, the newest. */
export function serveLiveRuns(): void {
  const post = (event: WorkerEvent, transfer: Transferable[] = []): void => postMessage(event, { transfer });
  let run: LiveRun | null = null;
  let newest: Start | null = null;

  const start = async (command: Start): Promise<void> => {
    newest = command;
    try {
      const build = await useSiteWasm(command.setup.build);
      await run?.end();
      if (newest !== command) return; // another was asked for meanwhile
      run = new LiveRun(command, build, post);
    } catch (error) {
      post({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
  };

  addEventListener('message', ({ data }: MessageEvent<Command>) => {
    if (data.type === 'start') void start(data);
    else run?.tell(data);
  });
}
