import { isTensor } from './is-tensor.ts';

/** Control characters, and those that reorder or hide what stands beside them. */
const unprintable =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * The text on one line, safe to print: text from data and model files could hold line breaks and terminal escapes. Such
 * characters become `\n`, `\u001b` and the like.
 */
export const oneLine = (text: string): string =>
  text.replace(unprintable, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A name from elsewhere for a message: {@link oneLine}, and no longer than `most` characters. */
export function shortName(text: string, most = 80): string {
  return text.length <= most ? oneLine(text) : `${oneLine(text.slice(0, most - 1))}…`;
}

/** Numbers of a shape or a list for a message: `2, 3`, and not more than the first twelve. */
export const shortList = (values: ArrayLike<unknown>): string =>
  Array.from({ length: Math.min(values.length, 12) }, (_, i) => shortName(String(values[i]), 24)).join(', ') +
  (values.length > 12 ? `, … (${values.length} in all)` : '');

/** What somebody gave, for a message: short, on one line. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${shortName(value, 40)}'`;
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'bigint') return 'a bigint';
  if (typeof value !== 'object' || value === null) return String(value);
  if (isTensor(value))
    return `a ${value.isDisposed ? 'disposed ' : ''}${value.dtype} tensor [${shortList(value.shape)}]`;
  if (Array.isArray(value)) {
    const simple =
      value.length <= 12 && value.every((entry) => entry === null || !['object', 'symbol'].includes(typeof entry));
    return simple ? `[${shortList(value)}]` : `a list of ${value.length}`;
  }
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (ArrayBuffer.isView(value)) return `a ${kind}`;
  if (kind !== 'Object') return `a ${kind}`;
  const names = Object.keys(value);
  if (names.length === 0) return 'an empty object';
  return `an object with ${names
    .slice(0, 4)
    .map((name) => shortName(name, 24))
    .join(', ')}${names.length > 4 ? ', …' : ''}`;
}
