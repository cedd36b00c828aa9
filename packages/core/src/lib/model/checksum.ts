const table = /* @__PURE__ */ (() =>
  Uint32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  }))();

/** A CRC-32 (ISO 3309) that is taken piece by piece. */
export interface RunningChecksum {
  add(bytes: Uint8Array): void;
  /** As eight hexadecimal digits. */
  read(): string;
}

export function runningChecksum(): RunningChecksum {
  let crc = 0xffffffff;
  return {
    add: (bytes) => {
      let now = crc;
      for (let i = 0; i < bytes.length; i++) {
        now = (now >>> 8) ^ (table[(now ^ (bytes[i] as number)) & 0xff] as number);
      }
      crc = now;
    },
    read: () => ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, '0'),
  };
}

/** CRC-32 of byte arrays as if they were one, as eight hexadecimal digits. */
export function crc32(...parts: readonly Uint8Array[]): string {
  const checksum = runningChecksum();
  for (const part of parts) checksum.add(part);
  return checksum.read();
}
