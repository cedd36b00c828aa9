import type { Port } from './channel.ts';
import { nodeModule } from './node-modules.ts';

/** The part of a socket of Node that is used here: whoever has no types of Node has none of it. */
interface Socket {
  setNoDelay(): unknown;
  cork(): void;
  uncork(): void;
  write(bytes: Uint8Array): unknown;
  on(event: 'data', receive: (bytes: Uint8Array) => void): unknown;
}

/** Shared memory is not shared over a socket: what is in it travels. */
function unshared(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) {
    const { buffer } = value;
    return typeof SharedArrayBuffer !== 'undefined' && buffer instanceof SharedArrayBuffer
      ? (value as Float32Array).slice()
      : value;
  }
  if (Array.isArray(value)) return value.map(unshared);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, unshared(entry)]));
}

/**
 * One end of a channel over a socket, in Node: each message is its length, 4 bytes, and what `v8.serialize` makes of it. Whoever is
 * at the other end is trusted: make sure of it before.
 */
export function socketPort(socket: Socket): Port {
  const { deserialize, serialize } = nodeModule('v8');
  socket.setNoDelay();
  return {
    post: (message) => {
      const body = serialize(unshared(message));
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, body.length, true);
      socket.cork();
      socket.write(head);
      socket.write(body);
      socket.uncork();
    },
    onMessage: (receive) => {
      let pieces: Uint8Array[] = [];
      let held = 0;
      /** How many bytes there have to be for the next message. */
      let needed = 4;
      socket.on('data', (bytes: Uint8Array) => {
        pieces.push(bytes);
        held += bytes.length;
        while (held >= needed) {
          // Large messages come in many pieces, which are joined once.
          const all = pieces.length === 1 ? (pieces[0] as Uint8Array) : joined(pieces, held);
          const size = 4 + new DataView(all.buffer, all.byteOffset).getUint32(0, true);
          const isWhole = held >= size;
          pieces = [isWhole ? all.subarray(size) : all];
          held = isWhole ? held - size : held;
          needed = isWhole ? 4 : size;
          if (isWhole) receive(deserialize(all.subarray(4, size)));
        }
      });
    },
  };
}

function joined(pieces: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
