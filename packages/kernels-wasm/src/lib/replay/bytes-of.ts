/** The bytes of a typed array. */
export const bytesOf = (values: unknown): Uint8Array => {
  const { buffer, byteOffset, byteLength } = values as Float32Array;
  return new Uint8Array(buffer, byteOffset, byteLength);
};
