import { spawn } from 'node:child_process';
import { constants } from 'node:os';

/** @typedef {{ code: number, signal?: NodeJS.Signals | undefined }} Result how a program ended */

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set();

/** @type {NodeJS.Signals | undefined} */
let interruption;

/** The signal that asked this process to stop, if one came. */
export const interruptedBy = () => interruption;

// A terminal sends Ctrl-C to every process in its foreground group, so the child has had its SIGINT already and a second
// one may mean "at once" to it. Any other signal, or SIGINT without a terminal, reaches this process alone: pass it on.
const atTerminal = Boolean(process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.on(signal, () => {
    interruption = signal;
    if (children.size === 0) leaveAs({ code: 1, signal });
    if (signal === 'SIGINT' && atTerminal) return;
    for (const child of children) child.kill(signal);
  });
}

/**
 * Runs a program to its end and says how it ended.
 *
 * @param {string[]} command the program and its arguments
 * @param {import('node:child_process').SpawnOptions} options stdio is inherited unless given
 * @returns {Promise<Result>}
 */
export function run(command, options) {
  return ending(start(command, { stdio: 'inherit', ...options }));
}

/**
 * Runs a program that is one step of several: nothing on its stdin, everything it prints kept. Throws when this process
 * was asked to stop meanwhile, so that no further step starts.
 *
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ code: number, output: string, stdout: string }>} `output` is stdout and stderr as they came
 */
export async function capture(command, options) {
  const child = start(command, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  /** @type {Buffer[]} */
  const output = [];
  /** @type {Buffer[]} */
  const stdout = [];
  child.stdout?.on('data', (chunk) => {
    output.push(chunk);
    stdout.push(chunk);
  });
  child.stderr?.on('data', (chunk) => output.push(chunk));
  const { code } = await ending(child);
  stopIfInterrupted();
  return { code, output: Buffer.concat(output).toString(), stdout: Buffer.concat(stdout).toString() };
}

/**
 * @param {string[]} command
 * @param {import('node:child_process').SpawnOptions} options
 */
function start([program, ...args], options) {
  const child = spawn(/** @type {string} */ (program), args, options);
  children.add(child);
  return child;
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Promise<Result>}
 */
function ending(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? 1, signal: signal ?? undefined }));
  }).finally(() => children.delete(child));
}

/** Throws when this process was asked to stop; called between the steps of a longer command. */
export function stopIfInterrupted() {
  if (interruption !== undefined) throw new Error(`stopped by ${interruption}`);
}

/**
 * Ends this process the way its child ended, so that a caller sees the child's exit code or signal.
 *
 * @param {Result} result
 */
export function leaveAs({ code, signal }) {
  if (signal === undefined) {
    process.exitCode = code;
    return;
  }
  process.removeAllListeners(signal);
  process.exitCode = 128 + constants.signals[signal]; // where a process cannot be ended by a signal
  process.kill(process.pid, signal);
}
