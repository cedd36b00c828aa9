const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'reading it is not allowed',
  Z_BUF_ERROR: 'what gzip packed is cut',
  Z_DATA_ERROR: 'what gzip packed is damaged',
};

/** Why a stream of a file, packed or not, ended early, in words. */
export function streamFault(cause: unknown): string {
  const { code = '', message } = cause as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
