import { deflateSync } from 'node:zlib';
import { type Chance, garbled, reordered } from './chance.ts';
import { channelsOf, headerChunk, packedPixels, pngFile, type WrittenChunk, type WrittenHeader } from './png-file.ts';

const depths: Readonly<Record<number, readonly number[]>> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Unpacks to a mebibyte: more would take the proof too long, and what is not unpacked is free at any size. */
const bomb = deflateSync(new Uint8Array(2 ** 20));

function extras({ upTo, pick, bytes, percent }: Chance): WrittenChunk[] {
  if (percent(50)) return [];
  return Array.from({ length: 1 + upTo(3) }, () => {
    const type = pick([
      'iCCP',
      'zTXt',
      'iTXt',
      'tEXt',
      'eXIf',
      'tRNS',
      'acTL',
      'fcTL',
      'fdAT',
      'gAMA',
      'sBIT',
      'qqQq',
      'QQQQ',
      'PLTE',
    ]);
    return { type, data: pick([bytes(upTo(40)), bomb, Buffer.concat([Buffer.from('p\0\0'), bomb])]) };
  });
}

function chunkOtherwise(chunk: WrittenChunk, chances: Chance): WrittenChunk {
  const { number, pick, bytes, upTo } = chances;
  return pick<() => WrittenChunk>([
    () => ({ ...chunk, length: number(chunk.data.length, 32) }),
    () => ({ ...chunk, crc: number(0, 32) }),
    () => ({ ...chunk, type: pick(['IHDR', 'PLTE', 'IDAT', 'IEND', 'tRNS', 'iCCP', 'abcd', 'ABCD']) }),
    () => ({ ...chunk, data: garbled(chunk.data, chances) }),
    () => ({ ...chunk, data: bytes(upTo(40)) }),
    () => ({ ...chunk, data: deflateSync(bytes(upTo(400))) }),
    () => ({ ...chunk, data: new Uint8Array(0) }),
  ])();
}

/** A PNG file of a few pixels, of any kind, with lies about its structure. */
export function mutatedPng(chances: Chance): Uint8Array {
  const { upTo, pick, random, bytes, percent, number } = chances;
  const colourType = pick([0, 2, 3, 4, 6]);
  const header: WrittenHeader = {
    ...{ width: 1 + upTo(20), height: 1 + upTo(20), colourType },
    ...{ depth: pick(depths[colourType] as number[]), interlace: upTo(2) },
  };
  const samples = bytes(header.width * header.height * (channelsOf[colourType] as number)).map(
    (value) => value % 2 ** Math.min(8, header.depth),
  );
  const packed = packedPixels(header, samples, random);
  const cut = upTo(packed.length);
  const said: WrittenHeader = percent(70)
    ? header
    : pick([
        { ...header, width: number(header.width, 32) },
        { ...header, height: number(header.height, 32) },
        { ...header, depth: pick([0, 1, 2, 3, 4, 8, 16, 32]) },
        { ...header, colourType: upTo(8) },
        { ...header, interlace: upTo(4) },
        { ...header, width: 4096, height: pick([4096, 4097]) },
      ]);
  const pixels = percent(50) ? [packed] : [packed.subarray(0, cut), new Uint8Array(0), packed.subarray(cut)];
  const chunks: WrittenChunk[] = [
    headerChunk(said),
    ...extras(chances),
    ...(colourType === 3 || percent(10) ? [{ type: 'PLTE', data: bytes(3 * (1 + upTo(256))) }] : []),
    ...(percent(20) ? [{ type: 'tRNS', data: bytes(upTo(10)) }] : []),
    ...pixels.map((data) => ({ type: 'IDAT', data })),
    ...extras(chances),
    { type: 'IEND', data: new Uint8Array(0) },
  ];
  const changed = percent(50) ? reordered(chunks, chances, (chunk) => chunkOtherwise(chunk, chances)) : chunks;
  return percent(30) ? garbled(pngFile(changed), chances) : pngFile(changed);
}
