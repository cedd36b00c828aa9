import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { accuracyMarkdown } from '../records/accuracy-markdown.ts';
import { apiMarkdown } from './api-markdown.ts';
import { publishedPackages } from './package-entries.ts';

/** A page whose text lies elsewhere in the repository, where it has readers too. */
export interface RepositoryPage {
  /** Its address without slashes at the ends. */
  readonly id: string;
  /** The file that it is made of, from the root of the repository. */
  readonly source: string;
  readonly title: string;
  readonly description: string;
  readonly label?: string;
  readonly order: number;
  /** Without the title. */
  readonly markdown: string;
}

/** Pages of `docs/`, and where they stand in the sidebar. */
const documents = [
  { file: 'images.md', id: 'guides/images', label: 'Images with Glow', order: 4 },
  { file: 'plugins.md', id: 'guides/writing-a-layer', label: 'Writing a layer', order: 8 },
  { file: 'serving.md', id: 'guides/serving-in-node', label: 'Serving in Node', order: 12 },
  { file: 'speed.md', id: 'reference/speed', label: 'Speed', order: 2 },
] as const;

const home = 'https://github.com/diffeo/diffeo';

/** All of them: guides and figures of `docs/`, READMEs and exports of the packages, decisions. */
export function repositoryPages(repository: string): RepositoryPage[] {
  const read = (path: string) => readFileSync(join(repository, path), 'utf8');
  const fromDocs = documents.map(({ file, ...place }) => ({
    ...place,
    source: `docs/${file}`,
    text: read(`docs/${file}`),
  }));
  const decisions = readdirSync(join(repository, 'docs/decisions'))
    .filter((file) => file.endsWith('.md'))
    .sort()
    .map((file, i) => {
      const source = `docs/decisions/${file}`;
      return { id: `decisions/${file.slice(0, -3)}`, source, text: read(source), order: i + 2 };
    });
  const decisionList = {
    id: 'decisions',
    source: 'docs/decisions/README.md',
    text: decisionsMarkdown(decisions.map(({ source, text }) => ({ file: posix.basename(source), text }))),
    description: 'Why Diffeo is built as it is. What was decided, why, and what was measured.',
    order: 1,
  };
  const packages = publishedPackages(repository);
  const readmes = packages.map(({ folder, name, readme, description }, i) => ({
    id: `reference/${folder}`,
    source: `packages/${folder}/README.md`,
    text: readme,
    label: name,
    description,
    order: i + 10,
  }));
  const api = packages.map(({ folder, name, description, entries }, i) => ({
    id: `api/${folder}`,
    source: `packages/${folder}/src/index.ts`,
    text: `# API of ${name}\n\n${description.replace(/\.?$/, '.')} [What it is for, and how to begin](/reference/${folder}/).\n\n${apiMarkdown(entries)}`,
    label: name,
    description: `Everything that ${name} exports, from its doc comments.`,
    order: i + 1,
  }));
  const accuracy = { id: 'reference/accuracy', source: 'docs/accuracy.md', text: accuracyMarkdown(), order: 3 };
  const all = [...fromDocs, accuracy, decisionList, ...decisions, ...readmes, ...api];
  const addresses = new Map(all.map(({ source, id }) => [source, `/${id}/`]));
  for (const { folder } of packages) addresses.set(`packages/${folder}`, `/reference/${folder}/`);
  addresses.set('docs/decisions', '/decisions/');
  addresses.set('README.md', '/');
  return all.map(({ text, ...page }) => {
    const [, title = page.id, body = text] = /^# (.+)\n([\s\S]*)$/.exec(text) ?? [];
    return {
      description: firstSentence(body) || title,
      ...page,
      title: title.replaceAll('`', ''),
      markdown: relinked(body, page.source, addresses),
    };
  });
}

/** The list of all decisions. */
const decisionsMarkdown = (decisions: readonly { readonly file: string; readonly text: string }[]): string =>
  [
    '# Decisions',
    '',
    'A decision that the code does not explain has a record: what was decided, why, and what was measured. They are short, and numbered in the order in which',
    'they were made. A decision that no longer holds says which one took its place.',
    '',
    ...decisions.map(({ file, text }) => `- [${/^# (.+)$/m.exec(text)?.[1] ?? file}](${file})`),
    '',
  ].join('\n');

/** The first sentence that is no list, table or heading, without its marks. */
const firstSentence = (markdown: string): string => {
  const paragraph = markdown.split('\n\n').find((part) => /^\s*[A-Za-z`*]/.test(part)) ?? '';
  const plain = paragraph.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll(/[`*]/g, '');
  return (/^[\s\S]*?[.:](?=\s|$)/.exec(plain.trim())?.[0] ?? plain).replaceAll(/\s+/g, ' ');
};

/**
 * Links to files of the repository become links to their pages, or to the repository where they have none: those relative to `source`,
 * and those of READMEs, which stand alone on a registry's page and name the repository.
 */
export const relinked = (markdown: string, source: string, addresses: ReadonlyMap<string, string>): string =>
  markdown.replaceAll(/\]\((?!#|mailto:|\/)([^)#\s]+)(#[^)\s]*)?\)/g, (all, path: string, anchor = '') => {
    const absolute = new RegExp(`^${home}/(?:blob|tree)/main/(.*)$`).exec(path)?.[1];
    if (absolute === undefined && /^https?:/.test(path)) return all;
    const target = (absolute ?? posix.normalize(posix.join(posix.dirname(source), path))).replace(/\/$/, '');
    const page = addresses.get(target) ?? addresses.get(`${target}/README.md`);
    return `](${page ?? `${home}/blob/main/${target}`}${anchor})`;
  });
