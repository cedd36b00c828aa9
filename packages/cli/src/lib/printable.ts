// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
const control = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * The text on one line, safe to print: text from data and model files could hold line breaks and terminal escapes. Control
 * characters become `\n`, `\u001b` and the like.
 */
export const oneLine = (text: string): string =>
  text.replace(control, (character) =>
    character === '\n' ? '\\n' : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
