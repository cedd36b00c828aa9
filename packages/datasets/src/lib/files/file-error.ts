const reasons: Readonly<Record<string, string>> = {
  EACCES: 'reading it is not allowed',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a link that leads in a circle',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  ENXIO: 'it is a socket or device that cannot be opened',
  EPERM: 'reading it is not allowed',
};

/** Why a file or folder cannot be read, in words. */
export function readingFault(error: unknown): string {
  const { code = '', message = String(error) } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
