import { DiffeoError, isDiffeoError } from '@diffeo/core';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EBUSY: 'it is in use',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file of that name is in the way',
  EFBIG: 'the system allows no file of that size',
  EINVAL: 'the system allows no such name or operation there',
  EIO: 'the disk failed',
  EISDIR: 'it is a folder',
  ELOOP: 'its links lead in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENFILE: 'too many files are open',
  ENOENT: 'there is no such file or folder',
  ENOMEM: 'the system is out of memory',
  ENOSPC: 'no space is left on the disk',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ENOTEMPTY: 'it is a folder that is not empty',
  ENXIO: 'it is a socket or a device that cannot be opened',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ERR_INVALID_ARG_VALUE: 'its name holds a null character',
  ETXTBSY: 'it is a program that is running',
};

/** Faults of the machine: another path may meet them too. */
const machineFaults: ReadonlySet<string> = new Set(['EDQUOT', 'EFBIG', 'EIO', 'EMFILE', 'ENFILE', 'ENOMEM', 'ENOSPC']);

/** What a failed call to the file system says, in words. */
export function reasonOf(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}

/**
 * The error for a failed call to the file system: what could not be done, and why. The code is `FILE`, which blames the path,
 * or `WRITE` or `READ` for what the machine is to blame for. A DiffeoError stays as it is.
 */
export function fileError(what: string, cause: unknown, machine: 'READ' | 'WRITE' = 'READ'): DiffeoError {
  if (isDiffeoError(cause)) return cause;
  const { code = '' } = cause as NodeJS.ErrnoException;
  return new DiffeoError(machineFaults.has(code) ? machine : 'FILE', `${what}: ${reasonOf(cause)}`, { cause });
}
