/** Reads from a socket by numbers of bytes. */
export interface ByteReader {
  /** The next so many bytes. @throws DiffeoError `WORKER` when the other end is gone. */
  read(bytes: number): Promise<Uint8Array>;
  /** Leaves what comes from now on, and what came and was not read, to who listens next. */
  release(): void;
}
