import jpeg from 'jpeg-js';
import { type Chance, garbled, reordered } from './chance.ts';
import {
  exifSegment,
  frameSegment,
  greyInScans,
  jpegFile,
  scanSegment,
  segmentsOf,
  type WrittenSegment,
} from './jpeg-file.ts';

function original({ upTo, bytes, pick }: Chance): Uint8Array {
  const [width, height] = [1 + upTo(24), 1 + upTo(24)];
  if (upTo(2) === 0) return greyInScans(width, height, 1 + upTo(5));
  return jpeg.encode({ width, height, data: bytes(4 * width * height) }, pick([5, 50, 95])).data;
}

const markers = [
  0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc9, 0xcc, 0xd0, 0xd8, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xe0, 0xe1, 0xee, 0xfe, 0x01,
  0xff,
];

function segmentOtherwise(segment: WrittenSegment, chances: Chance): WrittenSegment {
  const { number, pick, bytes, upTo } = chances;
  const { data, marker, coded } = segment;
  const sampling = () => pick([0x11, 0x22, 0x21, 0x12, 0x44, 0x13, 0x00, 0xff]);
  return pick<() => WrittenSegment>([
    () => ({ ...segment, length: number(data.length + 2, 16) }),
    () => ({ ...segment, marker: pick(markers) }),
    () => ({ ...segment, data: garbled(data, chances) }),
    () => ({ ...segment, data: bytes(upTo(100)) }),
    () => (coded ? { ...segment, coded: garbled(coded, chances) } : segment),
    () => (coded ? { ...segment, coded: bytes(upTo(400)) } : segment),
    () =>
      frameSegment(
        pick([0xc0, 0xc1, 0xc2, marker]),
        number(16, 16),
        number(16, 16),
        Array.from({ length: 1 + upTo(5) }, sampling),
      ),
    () => ({ marker: 0xdd, data: Buffer.from([0, upTo(20)]) }),
    () =>
      scanSegment(
        Array.from({ length: 1 + upTo(4) }, () => 1 + upTo(4)),
        [upTo(64), upTo(64), upTo(256)],
        coded ?? bytes(upTo(60)),
      ),
    () => exifSegment(upTo(16)),
    () => ({ ...exifSegment(6), data: garbled(exifSegment(6).data, chances) }),
    () => ({ ...segment, data: Uint8Array.from(data, (value) => (upTo(20) === 0 ? upTo(256) : value)) }),
  ])();
}

/** A JPEG file of a few pixels, baseline or progressive, with lies about its structure. */
export function mutatedJpeg(chances: Chance): Uint8Array {
  const { percent, upTo, bytes } = chances;
  let segments = segmentsOf(original(chances));
  for (let i = upTo(4); i > 0 && segments.length > 0; i--) {
    segments = reordered(segments, chances, (segment) => segmentOtherwise(segment, chances));
  }
  const file = percent(90) ? jpegFile(segments) : jpegFile(segments, bytes(upTo(8)));
  return percent(30) ? garbled(file, chances) : file;
}
