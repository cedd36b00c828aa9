/** A segment of a JPEG file with its length; of a scan, the coded pixels behind it. */
export interface WrittenSegment {
  readonly marker: number;
  readonly data: Uint8Array;
  readonly coded?: Uint8Array;
  /** Default: that of the data and itself. */
  readonly length?: number;
}

/** A JPEG file of these segments. */
export const jpegFile = (segments: readonly WrittenSegment[], end: Uint8Array = Uint8Array.of(0xff, 0xd9)): Buffer =>
  Buffer.concat([
    Uint8Array.of(0xff, 0xd8),
    ...segments.flatMap(({ marker, data, coded = new Uint8Array(0), length = data.length + 2 }) => [
      Uint8Array.of(0xff, marker, (length >> 8) & 255, length & 255),
      data,
      coded,
    ]),
    end,
  ]);

/** The segments of a file that {@link jpegFile} or an encoder wrote, to be changed. */
export function segmentsOf(file: Uint8Array): WrittenSegment[] {
  const segments: WrittenSegment[] = [];
  for (let at = 2; at + 4 <= file.length && file[at + 1] !== 0xd9; ) {
    const marker = file[at + 1] as number;
    const head = at + 2 + (((file[at + 2] as number) << 8) | (file[at + 3] as number));
    let end = head;
    if (marker === 0xda) {
      while (
        end + 1 < file.length &&
        !(
          file[end] === 0xff &&
          ![0, 0xff].includes(file[end + 1] as number) &&
          ((file[end + 1] as number) & 0xf8) !== 0xd0
        )
      )
        end++;
    }
    segments.push({ marker, data: file.subarray(at + 4, head), coded: file.subarray(head, end) });
    at = end;
  }
  return segments;
}

/** Bits as coded pixels: filled up with ones, and with a zero byte behind each byte of ones. */
export function codedBits(bits: string): Uint8Array {
  const filled = bits + '1'.repeat((8 - (bits.length % 8)) % 8);
  const bytes = filled.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? [];
  return Uint8Array.from(bytes.flatMap((byte) => (byte === 255 ? [255, 0] : [byte])));
}

/** A quantization table of ones. */
export const onesTable: WrittenSegment = { marker: 0xdb, data: Uint8Array.from([0, ...Array(64).fill(1)]) };

/** A Huffman table (0x00 and on: DC; 0x10 and on: AC) of symbols of these lengths of codes. */
export function huffmanTable(
  table: number,
  symbols: readonly (readonly [length: number, symbol: number])[],
): WrittenSegment {
  const counts = Array.from({ length: 16 }, (_, i) => symbols.filter(([length]) => length === i + 1).length);
  return { marker: 0xc4, data: Uint8Array.from([table, ...counts, ...symbols.map(([, symbol]) => symbol)]) };
}

/** A frame header of components with these sampling factors, such as 0x22. */
export const frameSegment = (
  marker: number,
  width: number,
  height: number,
  samplings: readonly number[],
  precision = 8,
): WrittenSegment => ({
  marker,
  data: Uint8Array.from([
    ...[precision, height >> 8, height & 255, width >> 8, width & 255, samplings.length],
    ...samplings.flatMap((sampling, i) => [i + 1, sampling, 0]),
  ]),
});

/** A scan of the components of these numbers, from 1, all with the tables 0. */
export const scanSegment = (
  ids: readonly number[],
  [start, end, approximation]: readonly [number, number, number],
  coded: Uint8Array,
): WrittenSegment => ({
  marker: 0xda,
  data: Uint8Array.from([ids.length, ...ids.flatMap((id) => [id, 0]), start, end, approximation]),
  coded,
});

/** A segment that says how the picture is to be turned. */
export const exifSegment = (orientation: number): WrittenSegment => ({
  marker: 0xe1,
  data: Buffer.from(
    `457869660000${'4d4d002a0000000800010112000300000001'}00${orientation.toString(16).padStart(2, '0')}000000000000`,
    'hex',
  ),
});

/** A segment by which Adobe's programs say how colours are stored. */
export const adobeSegment = (transform: number): WrittenSegment => ({
  marker: 0xee,
  data: Buffer.from([...Buffer.from('Adobe'), 0, 100, 0, 0, 0, 0, transform]),
});

/** A progressive grey picture of one level, in scans that say nothing new. */
export function greyInScans(
  width: number,
  height: number,
  scans: number,
  frame = frameSegment(0xc2, width, height, [0x11]),
): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8);
  const ends = '0'.repeat(blocks);
  return jpegFile([
    onesTable,
    frame,
    huffmanTable(0x00, [[1, 0]]),
    huffmanTable(0x10, [[1, 0]]),
    scanSegment([1], [0, 0, 0], codedBits('0'.repeat(blocks))),
    ...Array.from({ length: scans - 1 }, () => scanSegment([1], [1, 63, 0], codedBits(ends))),
  ]);
}
