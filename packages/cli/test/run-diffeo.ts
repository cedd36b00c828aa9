import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The program. */
export const bin = fileURLToPath(new URL('../src/bin.ts', import.meta.url));

/** How a run of the command ended. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A run that may be sent signals. */
export interface Running {
  /** Resolves when the text, or one that is like this, has come on stderr. */
  said(text: string | RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Run>;
}

/** Starts `diffeo` as a process of its own in a folder, with `input` on standard input. */
export function startDiffeo(args: readonly string[], cwd: string, input?: string | Uint8Array): Running {
  const child = spawn(process.execPath, [bin, ...args], { cwd, stdio: ['pipe', 'pipe', 'pipe'] });
  // Whoever does not read it to its end closes the pipe.
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const [stdout, stderr]: [string[], string[]] = [[], []];
  child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => stderr.push(text));
  const ended = new Promise<Run>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout: stdout.join(''), stderr: stderr.join('') }));
  });
  return {
    said: (text) =>
      new Promise((resolve, reject) => {
        const pattern = typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text;
        const look = (): void => {
          if (stderr.join('').search(pattern) >= 0) resolve();
        };
        child.stderr.on('data', look);
        child.once('close', () => reject(new Error(`ended without saying '${text}': ${stderr.join('')}`)));
        look();
      }),
    kill: (signal) => child.kill(signal),
    ended,
  };
}

/** Runs `diffeo` to its end, in a process of its own. */
export const runProcess = (args: readonly string[], cwd: string, input?: string | Uint8Array): Promise<Run> =>
  startDiffeo(args, cwd, input).ended;

/** A run that the host is to make. */
export interface Order {
  readonly args: readonly string[];
  readonly cwd: string;
  readonly input: string | Uint8Array | undefined;
}

/** What it answers. */
export type Answer = Run;

let host: ChildProcess | undefined;
let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `diffeo` to its end, in a process in which the runs before it have been too: most of a short run is the start of a
 * process. What is about processes, signals or what a package brings along takes {@link runProcess} or {@link startDiffeo}.
 */
export function runDiffeo(args: readonly string[], cwd: string, input?: string | Uint8Array): Promise<Run> {
  const run = last.then(() => inHost({ args, cwd, input }));
  last = run.catch(() => undefined);
  return run;
}

function inHost(order: Order): Promise<Run> {
  host ??= fork(fileURLToPath(new URL('./diffeo-host.ts', import.meta.url)), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const child = host;
  child.ref();
  child.channel?.ref();
  return new Promise<Run>((resolve, reject) => {
    const ended = (): void => {
      host = undefined;
      reject(new Error(`the process ended in which diffeo ${order.args.join(' ')} ran`));
    };
    child.once('exit', ended);
    child.once('message', (answer: Answer) => {
      child.off('exit', ended);
      // So that it keeps nobody waiting.
      child.channel?.unref();
      child.unref();
      resolve(answer);
    });
    child.send(order);
  });
}
