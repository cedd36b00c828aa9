/** What was found out about the digits when the flow was trained, kept in its file's metadata. */
export interface DigitFacts {
  /** Of each class two real digits, pixels from 0 to 16. */
  readonly examples: readonly (readonly [from: readonly number[], to: readonly number[]])[];
  /** Directions of attributes in the base, by name. */
  readonly directions: Readonly<Record<string, readonly number[]>>;
}
