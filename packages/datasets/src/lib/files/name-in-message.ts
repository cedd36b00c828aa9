// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const unprintable = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Longer names are shortened in the middle. */
const maxLength = 100;

/** A name from a file, or of one, for a message: on one line, printable, and at most 100 characters long. */
export function nameInMessage(name: string): string {
  const characters = [
    ...name.slice(0, 2 * maxLength),
    ...(name.length > 4 * maxLength ? name.slice(-2 * maxLength) : name.slice(2 * maxLength)),
  ];
  const short =
    characters.length > maxLength
      ? [...characters.slice(0, 60), '…', ...characters.slice(-(maxLength - 61))]
      : characters;
  return short
    .join('')
    .replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The first of some names for a message, and how many there are if these are not all. */
export function namesInMessage(names: readonly string[], shown = 8): string {
  const first = names.slice(0, shown).map(nameInMessage).join(', ');
  return names.length > shown ? `${first}, … (${names.length} in all)` : first;
}
