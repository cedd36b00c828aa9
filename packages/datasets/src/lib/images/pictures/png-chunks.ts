/** A part of a PNG file. */
export interface PngChunk {
  /** Four letters, such as `IDAT`. */
  readonly type: string;
  /** What it holds, as far as it is there. */
  readonly data: Uint8Array;
  /** The type and the data, which the checksum is of. */
  readonly checked: Uint8Array;
  readonly crc: number;
  /** Whether all of it is there. */
  readonly whole: boolean;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether the bytes begin as a PNG file does. */
export const isPng = (bytes: Uint8Array): boolean => signature.every((byte, i) => bytes[i] === byte);

/** The chunks of a PNG file in order (PNG specification, 5.3), unread and unchecked; the last may be cut. */
export function* pngChunks(bytes: Uint8Array): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = signature.length; at + 8 <= bytes.length; ) {
    const end = at + 8 + view.getUint32(at);
    const whole = end + 4 <= bytes.length;
    yield {
      type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)),
      data: bytes.subarray(at + 8, end),
      checked: bytes.subarray(at + 4, end),
      crc: whole ? view.getUint32(end) : 0,
      whole,
    };
    at = end + 4;
  }
}
