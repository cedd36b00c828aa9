/** What bytes turned out to be, other than UTF-8. */
export type FoundEncoding = 'windows-1252' | 'utf-16le' | 'utf-16be' | 'damaged utf-8';

/** Bytes as text, piece by piece. */
export interface TextReader {
  /** The text of one more piece, as far as its characters are whole. */
  decode(piece: Uint8Array): string;
  /** What is left at the end. */
  end(): string;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** UTF-16 by its byte order mark, or by the zeros beside the first letters. */
function utf16([a = 1, b = 1, c = 1, d = 1]: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le';
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : null;
}

/** Where the last character of UTF-8 begins that is cut off by the end; the length where none is. */
function wholeCharacters(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return bytes.length;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 0;
    if (length > 0) return length > back ? bytes.length - back : bytes.length;
  }
  return bytes.length;
}

/** Whether more characters are broken as UTF-8 than there are whole ones beyond ASCII. */
function isMostlyBroken(text: string): boolean {
  const broken = text.split('\ufffd').length - 1;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const foreign = text.match(/[^\u0000-\u007f]/gu)?.length ?? 0;
  return broken >= foreign - broken;
}

/**
 * Decodes UTF-8; UTF-16, which is told by its first bytes; and Windows-1252, of which Latin-1 is a part, from the first
 * byte on that is not UTF-8. `onFound` is told once if it is not UTF-8.
 */
export function textReader(onFound: (encoding: FoundEncoding) => void): TextReader {
  const options = { ignoreBOM: true };
  const strict = new TextDecoder('utf-8', { ...options, fatal: true });
  const lenient = new TextDecoder('utf-8', options);
  let other: TextDecoder | null = null;
  let pending = new Uint8Array(0) as Uint8Array;
  let begun = false;
  let isForeign = false;
  let isDamaged = false;

  function utf8(bytes: Uint8Array): string {
    try {
      const text = strict.decode(bytes);
      isForeign ||= text.length !== bytes.length;
      return text;
    } catch {
      const text = lenient.decode(bytes);
      if (!isForeign && isMostlyBroken(text)) {
        other = new TextDecoder('windows-1252', options);
        onFound('windows-1252');
        return other.decode(bytes, { stream: true });
      }
      if (!isDamaged) onFound('damaged utf-8');
      isDamaged = true;
      return text;
    }
  }

  function take(bytes: Uint8Array, isLast: boolean): string {
    if (!begun && bytes.length < 4 && !isLast) {
      pending = bytes;
      return '';
    }
    if (!begun) {
      begun = true;
      const found = utf16(bytes);
      if (found) {
        other = new TextDecoder(found, options);
        onFound(found);
      }
    }
    const cut = other || isLast ? bytes.length : wholeCharacters(bytes);
    pending = bytes.slice(cut);
    if (other) return other.decode(bytes, { stream: !isLast });
    return utf8(bytes.subarray(0, cut));
  }

  return {
    decode: (piece) => take(joined(pending, piece), false),
    end: () => take(pending, true),
  };
}
