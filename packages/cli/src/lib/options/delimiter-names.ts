/** Names of delimiters that are hard to write in a shell. */
export const delimiterNames: Readonly<Record<string, string>> = {
  comma: ',',
  semicolon: ';',
  tab: '\t',
  '\\t': '\t',
  pipe: '|',
  blank: ' ',
  blanks: ' ',
};
