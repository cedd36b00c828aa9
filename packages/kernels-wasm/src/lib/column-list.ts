import type { Machine } from './machine.ts';

/** Writes lists of columns one after another as kernels read them, and returns where each begins. */
export function columnLists<Lists extends readonly (readonly number[])[]>(
  { writeInts }: Machine,
  address: number,
  ...lists: Lists
): { readonly [Index in keyof Lists]: number } {
  writeInts(
    address,
    lists.flatMap((columns) => columns.map((column) => 4 * column)),
  );
  let at = address;
  return lists.map((columns) => {
    at += 4 * columns.length;
    return at - 4 * columns.length;
  }) as { readonly [Index in keyof Lists]: number };
}
