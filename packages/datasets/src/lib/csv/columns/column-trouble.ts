/** What a column holds that is not a number. */
export interface ColumnTrouble {
  missing: number;
  texts: number;
  infinite: number;
  /** The first field of each kind, and its line. */
  readonly first: { missing?: FoundField; text?: FoundField; infinite?: FoundField };
  /** The different texts, a few of them. */
  readonly tokens: Set<string>;
}

/** A field and where it stands. */
export interface FoundField {
  readonly field: string;
  readonly line: number;
}

/** More different texts than this are not ways to say that a value is missing. */
export const maxTokens = 5;

/** Follows what is not a number, column by column; columns of numbers alone cost nothing. */
export class ColumnTroubles {
  readonly #troubles = new Map<number, ColumnTrouble>();

  of(column: number): ColumnTrouble | undefined {
    return this.#troubles.get(column);
  }

  add(column: number, kind: 'missing' | 'text' | 'infinite', field: string, line: number): void {
    let trouble = this.#troubles.get(column);
    if (!trouble) {
      trouble = { missing: 0, texts: 0, infinite: 0, first: {}, tokens: new Set() };
      this.#troubles.set(column, trouble);
    }
    trouble[kind === 'text' ? 'texts' : kind]++;
    trouble.first[kind] ??= { field, line };
    if (kind === 'text' && trouble.tokens.size <= maxTokens) trouble.tokens.add(field);
  }
}
