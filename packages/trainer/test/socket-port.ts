/** A port over a socket: each message is its length and what `v8.serialize` makes of it. */
import type { Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import type { Port } from '../src/index.ts';

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

/** One end. */
export function socketPort(socket: Socket): Port {
  socket.setNoDelay(true);
  return {
    post: (message) => {
      const body = serialize(unshared(message));
      const head = Buffer.alloc(4);
      head.writeUInt32LE(body.length);
      socket.write(Buffer.concat([head, body]));
    },
    onMessage: (receive) => {
      let held = Buffer.alloc(0);
      socket.on('data', (bytes: Buffer) => {
        held = Buffer.concat([held, bytes]);
        while (held.length >= 4 && held.length >= 4 + held.readUInt32LE()) {
          const end = 4 + held.readUInt32LE();
          const message = deserialize(held.subarray(4, end));
          held = held.subarray(end);
          receive(message);
        }
      });
    },
  };
}
