import { Readable } from 'node:stream';
import { main } from '../src/index.ts';
import type { Answer, Order } from './run-diffeo.ts';

// Runs the command as often as it is told to, one run after the other, each with arguments, a folder and standard streams
// of its own. It ends with the process that started it.

/** Puts every write to a stream into a list instead. */
function capture(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const written: Uint8Array[] = [];
  const write = stream.write;
  stream.write = (chunk: Uint8Array | string, ...rest: readonly unknown[]) => {
    written.push(Buffer.from(chunk as string));
    for (const each of rest) if (typeof each === 'function') each();
    return true;
  };
  return {
    text: () => Buffer.concat(written).toString(),
    release: () => {
      stream.write = write;
    },
  };
}

async function run({ args, cwd, input }: Order): Promise<Answer> {
  process.chdir(cwd);
  const stdin = Readable.from(input === undefined ? [] : [Buffer.from(input as string)]);
  Object.defineProperty(process, 'stdin', { value: stdin, configurable: true });
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.release();
    stderr.release();
  }
}

process.on('message', (order: Order) => void run(order).then((answer) => process.send?.(answer)));
process.on('disconnect', () => process.exit());
