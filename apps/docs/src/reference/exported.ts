import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { type Doc, parseDoc } from './doc-comment.ts';

/** Something that an entry of a package exports. */
export interface Exported {
  readonly name: string;
  readonly kind: 'function' | 'value' | 'type';
  /** Its declaration without its body, as TypeScript. */
  readonly signature: string;
  readonly doc: Doc;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** What is read of a node of the syntax tree. */
interface Node extends Span {
  readonly type: string;
  readonly id?: (Span & { readonly name?: string; readonly typeAnnotation?: Span | null }) | null;
  readonly declaration?: Node | null;
  readonly declarations?: readonly Node[];
  readonly init?: Node | null;
  readonly body?: (Node & { readonly body?: readonly Node[] }) | null;
  readonly value?: Node | null;
  readonly returnType?: Span | null;
  readonly params?: readonly Span[];
  readonly typeParameters?: Span | null;
}

const known = new Map<string, Exported[]>();

/** Everything that a file exports, in the order of its exports; what it re-exports is looked up where it is declared. */
export function exportedBy(path: string): Exported[] {
  const found = known.get(path) ?? readExports(path);
  known.set(path, found);
  return found;
}

function readExports(path: string): Exported[] {
  const code = readFileSync(path, 'utf8');
  const { program, module, comments, errors } = parseSync(path, code);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]?.message}`);
  const statements = program.body as unknown as readonly Node[];
  // Each of a function's overloads is an entry.
  const entries = new Map(
    module.staticExports.flatMap((each) => each.entries).map((entry) => [entry.exportName.name ?? entry, entry]),
  );
  return [...entries.values()].flatMap(({ exportName, importName, moduleRequest }): Exported[] => {
    const name = exportName.name ?? '';
    if (moduleRequest) {
      const file = join(dirname(path), moduleRequest.value);
      if (!existsSync(file)) return []; // of another package: it has its own page
      const all = exportedBy(file);
      if (importName.kind === 'AllButDefault' || importName.kind === 'All') return all;
      return all.filter((found) => found.name === (importName.name ?? name)).map((found) => ({ ...found, name }));
    }
    const declared = statements.filter((statement) => namesOf(statement.declaration ?? statement).includes(name));
    if (declared.length === 0) throw new Error(`${path} exports '${name}', whose declaration was not found`);
    const schema = statements.find((statement) => namesOf(statement).includes('schema'));
    return [withSchema(describe(name, declared, code, comments), schema && code.slice(schema.start, schema.end))];
  });
}

/** A definition's options are those of its schema, each with its doc comment and default. */
const withSchema = (exported: Exported, schema: string | undefined): Exported =>
  schema && exported.signature.includes('typeof schema')
    ? { ...exported, signature: `${exported.signature}\n\n${schema}` }
    : exported;

const namesOf = (node: Node): (string | undefined)[] =>
  node.declarations ? node.declarations.map(({ id }) => id?.name) : [node.id?.name];

function describe(
  name: string,
  statements: readonly Node[],
  code: string,
  comments: readonly (Span & { readonly value: string })[],
): Exported {
  const docs = statements.map(({ start }) =>
    comments.findLast(
      ({ end, value }) =>
        value.startsWith('*') &&
        end <= start &&
        code
          .slice(end, start)
          .replaceAll(/\/\/.*/g, '')
          .trim() === '',
    ),
  );
  const doc = parseDoc(docs.find((comment) => comment !== undefined)?.value ?? '');
  // Of overloads, the implementation is not for callers.
  const shown = statements.length > 1 ? statements.slice(0, -1) : statements;
  const parts = shown.map((statement) => signatureOf(name, statement.declaration ?? statement, code));
  return { name, kind: parts[0]?.kind ?? 'value', signature: parts.map(({ text }) => text).join('\n'), doc };
}

function signatureOf(
  name: string,
  node: Node,
  code: string,
): { readonly kind: Exported['kind']; readonly text: string } {
  const upTo = (end: Node | null | undefined) => code.slice(node.start, end?.start ?? node.end).trim();
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      return { kind: 'function', text: `${upTo(node.body).replace(/;$/, '')};` };
    case 'ClassDeclaration': {
      const members = (node.body?.body ?? []).filter((member) => !code.slice(member.start, member.end).startsWith('#'));
      const lines = members.map(
        (member) => `  ${code.slice(member.start, member.value?.body?.start ?? member.end).trim()}`,
      );
      return {
        kind: 'value',
        text: `${upTo(node.body)} {\n${lines.map((line) => line.replace(/;?$/, ';')).join('\n')}\n}`,
      };
    }
    case 'VariableDeclaration': {
      const found = node.declarations?.find(({ id }) => id?.name === name);
      const type = found?.id?.typeAnnotation;
      const made = found?.init;
      if (type) return { kind: 'value', text: `const ${name}${code.slice(type.start, type.end)};` };
      if (made?.type === 'ArrowFunctionExpression') {
        const head = code.slice(made.start, made.body?.start ?? made.end).replace(/\s*=>\s*\(*\s*$/, '');
        const [before, returned] = made.returnType
          ? [code.slice(made.start, made.returnType.start), code.slice(made.returnType.start, made.returnType.end)]
          : [head, ''];
        return { kind: 'function', text: `function ${name}${before.trim()}${returned};` };
      }
      const text = made ? code.slice(made.start, made.end) : '';
      return { kind: 'value', text: text.length < 200 ? `const ${name} = ${text};` : `const ${name}` };
    }
    default:
      return { kind: 'type', text: upTo(null) };
  }
}
