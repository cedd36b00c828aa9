// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

const maxLength = 40;

/** Text from a file in quotes, on one line and cut to a length that a message can bear. */
export function shown(text: string): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return `'${cut.replace(control, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}

/** Several of them: the first few, and how many more. */
export function shownList(texts: readonly string[], few = 6): string {
  const more = texts.length - few;
  const list = texts.slice(0, few).map(shown).join(', ');
  return more > 0 ? `${list} and ${more} more` : list;
}

/** `column 'a'`, or `columns 'a', 'b' and 7 more`. */
export const shownColumns = (names: readonly string[]): string =>
  `${names.length === 1 ? 'column' : 'columns'} ${shownList(names)}`;
