import type { Socket } from 'node:net';
import { DiffeoError } from '@diffeo/core';
import type { ByteReader } from './byte-reader.ts';

/** A reader of all that comes through a socket from now on. One reads at a time. */
export function socketReader(socket: Socket, who: string): ByteReader {
  const pieces: Buffer[] = [];
  let held = 0;
  let ended: DiffeoError | null = null;
  let wake: (() => void) | null = null;
  const receive = (bytes: Buffer): void => {
    pieces.push(bytes);
    held += bytes.length;
    wake?.();
  };
  socket.on('data', receive);
  const end = (reason: string): void => {
    ended ??= new DiffeoError('WORKER', `${who} is gone: ${reason}`);
    wake?.();
  };
  socket.on('error', ({ message }) => end(message));
  socket.on('close', () => end('its connection closed'));

  return {
    read: async (bytes) => {
      while (held < bytes) {
        if (ended) throw ended;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
      const all = new Uint8Array(bytes);
      let at = 0;
      while (at < bytes) {
        const piece = pieces[0] as Buffer;
        const taken = Math.min(piece.length, bytes - at);
        all.set(piece.subarray(0, taken), at);
        at += taken;
        if (taken === piece.length) pieces.shift();
        else pieces[0] = piece.subarray(taken);
      }
      held -= bytes;
      return all;
    },
    release: () => {
      socket.pause();
      socket.off('data', receive);
      // What a socket is given back while it is paused comes first when somebody listens.
      if (held > 0) socket.unshift(Buffer.concat(pieces));
      queueMicrotask(() => socket.resume());
    },
  };
}
