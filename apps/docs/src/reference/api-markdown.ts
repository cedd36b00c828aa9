import type { Exported } from './exported.ts';

/** An entry of a package, such as `@diffeo/core/gradients`, and what it exports. */
export interface Entry {
  readonly specifier: string;
  readonly exported: readonly Exported[];
}

const groups = [
  ['function', 'Functions'],
  ['value', 'Values'],
  ['type', 'Types'],
] as const;

/** The reference of a package as Markdown: each export under a heading of its own, which search finds. */
export const apiMarkdown = (entries: readonly Entry[]): string => entries.map(entryMarkdown).join('\n\n');

function entryMarkdown({ specifier, exported }: Entry): string {
  const parts = groups.flatMap(([kind, title]) => {
    const members = exported.filter((found) => found.kind === kind).sort((a, b) => a.name.localeCompare(b.name, 'en'));
    return members.length > 0 ? [`### ${title}`, ...members.map(memberMarkdown)] : [];
  });
  return [`## \`${specifier}\``, ...parts].join('\n\n');
}

function memberMarkdown({ name, signature, doc }: Exported): string {
  const params = doc.params.map(({ name: param, text }) => `- \`${param}\`: ${text}`);
  return [
    `#### \`${name}\``,
    doc.text,
    ...(params.length > 0 ? [params.join('\n')] : []),
    fenced(signature),
    ...(doc.returns ? [`**Returns** ${doc.returns}`] : []),
    ...doc.throws.map((text) => `**Throws** ${text}`),
    ...doc.examples.map(fenced),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

const fenced = (code: string): string => `\`\`\`ts\n${code.trimEnd()}\n\`\`\``;
