/** What was asked for cannot be done; the message says what to do instead. This package takes nothing from the others. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}
