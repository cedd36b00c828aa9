import { type DecodedPicture, refusePicture } from './decoded-picture.ts';
import { type PngParts, pngParts } from './png-parts.ts';
import { pngScanlines, type Scanline, samplesOf } from './png-scanlines.ts';
import { turnPicture } from './turn-picture.ts';

/** Turns the numbers of a line into pixels of the picture. */
type Paint = (samples: Uint8Array | Uint16Array, line: Scanline) => void;

/** The numbers of a line, one each. */
function unpackLine(bytes: Uint8Array, count: number, depth: number): Uint8Array | Uint16Array {
  if (depth === 8) return bytes;
  if (depth === 16) {
    const samples = new Uint16Array(count);
    for (let i = 0; i < count; i++) samples[i] = ((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number);
    return samples;
  }
  const samples = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const bit = i * depth;
    samples[i] = ((bytes[bit >> 3] as number) >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  }
  return samples;
}

function paintPalette(data: Uint8Array, { width, palette, transparency }: PngParts, source: string): Paint {
  if (!palette) return refusePicture(source, 'has colours of a palette, and no palette.');
  const count = palette.length / 3;
  const colours = palette.map((light, i) => Math.round((light * (transparency?.[Math.floor(i / 3)] ?? 255)) / 255));
  return (samples, { pixels, x, y, step }) => {
    for (let i = 0; i < pixels; i++) {
      const index = samples[i] as number;
      if (index >= count) refusePicture(source, `has no colour ${index} in its palette.`);
      const to = (y * width + x + i * step) * 3;
      for (let channel = 0; channel < 3; channel++) data[to + channel] = colours[3 * index + channel] as number;
    }
  };
}

/** The colour that stands for a transparent pixel, where there is one. */
function transparentColour({ transparency }: PngParts, channels: number, source: string): number[] | null {
  if (!transparency) return null;
  if (transparency.length !== 2 * channels) refusePicture(source, 'has a transparent colour that PNG does not have.');
  return Array.from(
    { length: channels },
    (_, i) => ((transparency[2 * i] as number) << 8) | (transparency[2 * i + 1] as number),
  );
}

function paintLight(data: Uint8Array, parts: PngParts, channels: 1 | 3, source: string): Paint {
  const { width, depth, colours } = parts;
  const each = samplesOf[colours];
  const hasOpacity = each > channels;
  const most = 2 ** depth - 1;
  const clear = hasOpacity ? null : transparentColour(parts, channels, source);
  const isClear = (samples: Uint8Array | Uint16Array, from: number): boolean =>
    clear?.every((value, channel) => samples[from + channel] === value) ?? false;
  return (samples, { pixels, x, y, step }) => {
    if (depth === 8 && !hasOpacity && !clear && step === 1) {
      data.set(samples, (y * width + x) * channels);
      return;
    }
    for (let i = 0; i < pixels; i++) {
      const from = i * each;
      const opacity = hasOpacity ? (samples[from + channels] as number) / most : isClear(samples, from) ? 0 : 1;
      const to = (y * width + x + i * step) * channels;
      for (let channel = 0; channel < channels; channel++) {
        data[to + channel] = Math.round(((255 * (samples[from + channel] as number)) / most) * opacity);
      }
    }
  };
}

/**
 * Decodes a PNG of every depth, interlaced or not. What is transparent lies over black, and 16 bits become 8; it is turned as
 * its EXIF block says. Takes memory for its pixels as the header counts them, unpacked and decoded, and nothing else. Throws a
 * `PictureFault`.
 */
export function readPng(bytes: Uint8Array, source: string): DecodedPicture {
  const parts = pngParts(bytes, source);
  const { width, height, depth, colours, orientation } = parts;
  const channels = colours.startsWith('grey') ? 1 : 3;
  // Before memory is taken for what they become: a header may claim any size.
  const lines = pngScanlines(parts, source);
  const data = new Uint8Array(width * height * channels);
  const paint = colours === 'palette' ? paintPalette(data, parts, source) : paintLight(data, parts, channels, source);
  for (const line of lines) {
    paint(unpackLine(line.bytes, line.pixels * samplesOf[colours], depth), line);
  }
  return turnPicture({ width, height, channels, data }, orientation);
}
