import { type AtomicFile, atomicFile } from './atomic-file.ts';

/** Writes several files beside their places, and when all are whole renames them one after the other. */
export function writeTogether(contents: readonly (readonly [path: string, content: string | Uint8Array])[]): void {
  const files: AtomicFile[] = [];
  try {
    for (const [path, content] of contents) {
      const file = atomicFile(path);
      files.push(file);
      file.write(content);
    }
    for (const file of files) file.commit();
  } finally {
    for (const file of files) file.discard();
  }
}
