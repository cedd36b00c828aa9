import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { crc32 } from '@diffeo/core';

/** What a {@link ownMark} looks like, for names of files. */
export const markPattern = /(\d+)-([0-9a-f]{8})-([0-9a-f]{8})/;

const read = <T>(get: () => T): T | null => {
  try {
    return get();
  } catch {
    return null; // there is no /proc, or not this entry
  }
};

const checksum = (text: string): string => crc32(new TextEncoder().encode(text));

/** Process numbers mean something on one machine, and there in one container. */
const machine = checksum(`${hostname()} ${read(() => readlinkSync('/proc/self/ns/pid')) ?? ''}`);

const boot = read(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')) ?? '';

/** State and start of a process as /proc tells them (proc(5): fields 3 and 22); `null` where it does not. */
function processFacts(pid: number): { readonly state: string; readonly start: string } | null {
  const text = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const [state, ...fields] = text?.slice(text.lastIndexOf(')') + 2).split(' ') ?? [];
  return state === undefined ? null : { state, start: checksum(`${boot}${fields[18]}`) };
}

const unknownStart = '00000000';

/**
 * Names this process for others to see whether it still runs: `<pid>-<start>-<machine>`. With its start, so that a later
 * process of the same number is not taken for it.
 */
export const ownMark = `${process.pid}-${processFacts(process.pid)?.start ?? unknownStart}-${machine}`;

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Whether the process with this mark runs or has ended; `elsewhere` for one of another machine or container. */
export function processState(mark: string): 'running' | 'ended' | 'elsewhere' {
  const [, pid = '', start, where] = markPattern.exec(mark) ?? [];
  if (where !== machine) return 'elsewhere';
  if (!exists(Number(pid))) return 'ended';
  const facts = processFacts(Number(pid));
  if (facts === null || start === unknownStart) return 'running';
  const isZombie = facts.state === 'Z' || facts.state === 'X';
  return isZombie || facts.start !== start ? 'ended' : 'running';
}
