import type { Metadata } from '@diffeo/core';
import { type Column, columnKinds } from '@diffeo/datasets';

/** The columns that a model file names, as `diffeo train` writes them; `null` where it names none. */
export function modelColumns({ columns: text }: Metadata): readonly Column[] | null {
  try {
    const entries: unknown = JSON.parse(text ?? 'null');
    if (!Array.isArray(entries)) return null;
    const columns = entries.map(
      (entry: string | Column): Column => (typeof entry === 'string' ? { name: entry, kind: 'real' } : entry),
    );
    const areColumns = columns.every(({ name, kind }) => typeof name === 'string' && columnKinds.includes(kind));
    return areColumns ? columns : null;
  } catch {
    return null;
  }
}
