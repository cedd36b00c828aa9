/** A field of a protobuf message: its number and its encoded value. */
type Field = Uint8Array;

const text = new TextEncoder();

/** Base 128, the lowest seven bits first; negative numbers as 64-bit two's complement. */
function varint(value: number | bigint): number[] {
  let left = BigInt.asUintN(64, BigInt(value));
  const bytes: number[] = [];
  do {
    const low = Number(left & 0x7fn);
    left >>= 7n;
    bytes.push(left > 0n ? low | 0x80 : low);
  } while (left > 0n);
  return bytes;
}

const wireType = { varint: 0, bytes: 2, float: 5 } as const;
const tag = (field: number, wire: number): number[] => varint((field << 3) | wire);

/** Puts byte arrays behind each other. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** An int32, int64 or enumeration. */
export const integer = (field: number, value: number | bigint): Field =>
  Uint8Array.from([...tag(field, wireType.varint), ...varint(value)]);

/** A float32. */
export function float(field: number, value: number): Field {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setFloat32(0, value, true);
  return concatBytes([Uint8Array.from(tag(field, wireType.float)), bytes]);
}

/** Bytes, or a message inside this one. */
export const bytes = (field: number, value: Uint8Array): Field =>
  concatBytes([Uint8Array.from([...tag(field, wireType.bytes), ...varint(value.length)]), value]);

/** UTF-8. */
export const string = (field: number, value: string): Field => bytes(field, text.encode(value));

/** A message inside this one. */
export const message = (field: number, fields: readonly Field[]): Field => bytes(field, concatBytes(fields));
