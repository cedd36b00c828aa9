/** A doc comment, taken apart. */
export interface Doc {
  readonly text: string;
  readonly params: readonly { readonly name: string; readonly text: string }[];
  readonly returns: string;
  readonly throws: readonly string[];
  readonly examples: readonly string[];
}

/** Takes the inside of a doc comment apart: what stands before the first tag, and each tag with its text. */
export function parseDoc(comment: string): Doc {
  const text = comment
    .replace(/^\*/, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, ''))
    .join('\n');
  const [before = '', ...tags] = text.split(/^@(?=[a-z])/m);
  const of = (tag: string) =>
    tags.filter((found) => new RegExp(`^${tag}\\b`).test(found)).map((found) => found.slice(tag.length).trimEnd());
  return {
    text: linked(before.trim()),
    params: of('param').map((param) => {
      const [, name = '', rest = ''] = /^\s*(\S+)\s*-?\s*([\s\S]*)$/.exec(param) ?? [];
      return { name, text: linked(rest.trim()) };
    }),
    returns: linked((of('returns')[0] ?? '').trim()),
    throws: of('throws').map((thrown) => linked(thrown.trim())),
    examples: of('example').map((example) => example.replace(/^\n/, '')),
  };
}

/** `{@link Flow}` is code in a page. */
const linked = (text: string): string => text.replaceAll(/\{@link (\S+?)(?:\s[^}]*)?\}/g, '`$1`');
