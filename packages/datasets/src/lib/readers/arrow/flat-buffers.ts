import { DiffeoError } from '@diffeo/core';

/** A table of FlatBuffers: where one of its fields lies; `null` where it is absent. */
export type Fields = (field: number) => number | null;

/** Refuses bytes that claim what they do not hold. */
export const lie = (what: string): never => {
  throw new DiffeoError('FILE', what);
};

/** What a table at a place has. What lies past the end throws a RangeError, as all reads do. */
export function fieldsAt(view: DataView, at: number): Fields {
  const begin = at + view.getInt32(at, true);
  const layout = begin - view.getInt32(begin, true);
  const size = view.getInt16(layout, true);
  return (field) => {
    const offset = field < size ? view.getInt16(layout + field, true) : 0;
    return offset === 0 ? null : begin + offset;
  };
}

/** A whole number of 64 bits; 0 where it is absent. */
export const wholeAt = (view: DataView, at: number | null): number =>
  at === null ? 0 : Number(view.getBigInt64(at, true));

/** The places of the entries of a list, each of so many bytes. Refuses lists that are longer than what holds them: flechette makes as many entries as they say. */
export function entriesAt(view: DataView, at: number | null, stride: number): number[] {
  if (at === null) return [];
  const begin = at + view.getInt32(at, true);
  const count = view.getInt32(begin, true);
  if (count < 0 || begin < 0 || begin + 4 + count * stride > view.byteLength) {
    lie(`a list of ${count} entries in ${view.byteLength} bytes`);
  }
  return Array.from({ length: count }, (_, i) => begin + 4 + i * stride);
}
