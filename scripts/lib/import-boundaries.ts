import { isBuiltin } from 'node:module';
import { dirname, relative, resolve } from 'node:path';
import type { SourceFile } from './source-imports.ts';

/** A workspace package as its package.json and its source show it. */
export interface WorkspacePackage {
  readonly name: string;
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
  readonly files: readonly SourceFile[];
}

/** The part of a package.json that is read here. */
export interface Manifest {
  readonly private?: boolean;
  readonly exports?: Readonly<Record<string, unknown>>;
  /** Private names such as `#reader`, each with what it stands for: a specifier, or one under each condition. */
  readonly imports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** What the source of a package may import, tests apart. */
interface Rule {
  /** The packages of ours. */
  readonly ours: readonly string[] | 'any';
  /** Whether it may bring a tfjs backend. Libraries leave that choice to whoever uses them. */
  readonly backend?: boolean;
  /** Whether it may import Node's own modules. What cannot must run in a browser as it is. */
  readonly node?: boolean;
}

const application: Rule = { ours: 'any', backend: true, node: true };
const layers: Rule = { ours: ['@diffeo/core', '@diffeo/networks', '@diffeo/ops'] };

/** Who may import whom: core ← ops ← networks ← layers ← trainer ← cli. A package that is not here has no rule yet, and fails. */
const rules: Readonly<Record<string, Rule>> = {
  '@diffeo/core': { ours: [] },
  '@diffeo/ops': { ours: ['@diffeo/core'] },
  '@diffeo/networks': { ours: ['@diffeo/core', '@diffeo/ops'] },
  '@diffeo/kernels-wasm': { ours: ['@diffeo/core', '@diffeo/ops'], backend: true },
  '@diffeo/datasets': { ours: ['@diffeo/core', '@diffeo/ops'], node: true },
  '@diffeo/trainer': { ours: ['@diffeo/core', '@diffeo/kernels-wasm', '@diffeo/ops'], backend: true, node: true },
  '@diffeo/tables': {
    ours: [
      '@diffeo/core',
      '@diffeo/layers-autoregressive',
      '@diffeo/layers-coupling',
      '@diffeo/layers-elementwise',
      '@diffeo/networks',
      '@diffeo/ops',
      '@diffeo/trainer',
    ],
  },
  '@diffeo/charts': { ours: ['@diffeo/core'], node: true },
  '@diffeo/onnx': { ours: ['@diffeo/core'] },
  '@diffeo/pytorch': {
    ours: [
      '@diffeo/core',
      '@diffeo/layers-autoregressive',
      '@diffeo/layers-coupling',
      '@diffeo/layers-elementwise',
      '@diffeo/layers-glow',
      '@diffeo/layers-linear',
      '@diffeo/networks',
      '@diffeo/ops',
    ],
  },
  '@diffeo/testing': { ours: ['@diffeo/core'] },
  '@diffeo/cluster': {
    ours: ['@diffeo/core', '@diffeo/datasets', '@diffeo/kernels-wasm', '@diffeo/trainer'],
    node: true,
  },
  '@diffeo/mpi': { ours: ['@diffeo/core', '@diffeo/cluster', '@diffeo/trainer'], node: true },
  '@diffeo/cli': application,
  'create-diffeo-layer': { ours: [], node: true },
};

/** The rule of a package; layer packages share one, and so do the private ones, which are programs. */
function ruleOf({ name, manifest }: Pick<WorkspacePackage, 'name' | 'manifest'>): Rule | undefined {
  if (name.startsWith('@diffeo/layers-')) return layers;
  return rules[name] ?? (manifest.private ? application : undefined);
}

/**
 * Every way in which a package oversteps the boundaries, one sentence each.
 *
 * @param subject the package looked at
 * @param packages all of the workspace, by name
 * @param shared names that the root package.json declares for the tests of every package
 */
export function violations(
  subject: WorkspacePackage,
  packages: ReadonlyMap<string, WorkspacePackage>,
  shared: ReadonlySet<string>,
): string[] {
  const rule = ruleOf(subject);
  if (!rule) return [`${subject.name} has no rule that says what it may import`];
  const { dependencies = {}, peerDependencies = {}, devDependencies = {} } = subject.manifest;
  const installed = new Set([subject.name, ...Object.keys({ ...dependencies, ...peerDependencies })]);
  const inTests = new Set([...installed, ...Object.keys(devDependencies), ...shared]);

  const declared = [...installed].flatMap((name) => forbidden(name, rule, subject.name, packages));
  return [
    ...declared.map((reason) => `package.json: ${reason}`),
    ...subject.files.flatMap(({ path, isTest, imports }) =>
      imports
        .flatMap((specifier) => meant(specifier, subject.manifest))
        .flatMap((specifier) => [
          ...reachesInside(specifier, path, subject, packages),
          ...undeclared(specifier, isTest ? inTests : installed),
          ...(isTest ? [] : forbidden(packageOf(specifier), rule, subject.name, packages)),
        ])
        .map((reason) => `${relative(subject.folder, path)}: ${reason}`),
    ),
  ];
}

/** What a private name stands for; any other specifier stands for itself. */
function meant(specifier: string, { imports = {} }: Manifest): string[] {
  const target = imports[specifier];
  if (target === undefined) return [specifier];
  return typeof target === 'string' ? [target] : Object.values(target);
}

function forbidden(name: string, rule: Rule, self: string, packages: ReadonlyMap<string, unknown>): string[] {
  if (name === self || name === '.') return [];
  if (packages.has(name)) return rule.ours === 'any' || rule.ours.includes(name) ? [] : [`must not import ${name}`];
  if (name.startsWith('@tensorflow/tfjs-backend-')) return rule.backend ? [] : [`must not bring a backend (${name})`];
  if (isBuiltin(name)) return rule.node ? [] : [`runs in browsers, so must not import ${name}`];
  return [];
}

function undeclared(specifier: string, declared: ReadonlySet<string>): string[] {
  const name = packageOf(specifier);
  return name === '.' || isBuiltin(name) || declared.has(name) ? [] : [`imports ${name}, which is not declared`];
}

/** A package is entered by its `exports` alone; a relative import stays in its own package. */
function reachesInside(
  specifier: string,
  path: string,
  subject: WorkspacePackage,
  packages: ReadonlyMap<string, WorkspacePackage>,
): string[] {
  const name = packageOf(specifier);
  if (name === '.') {
    const outside = relative(subject.folder, resolve(dirname(path), specifier)).startsWith('..');
    return outside ? [`'${specifier}' leaves the package`] : [];
  }
  if (!packages.has(name)) return [];
  const [entry = ''] = `.${specifier.slice(name.length)}`.split('?'); // what follows is for a bundler
  const entries = Object.keys(packages.get(name)?.manifest.exports ?? {});
  return entries.some((pattern) => fits(entry, pattern)) ? [] : [`'${specifier}' is not an entry of ${name}`];
}

/** Whether a path is an entry of `exports`, where one `*` stands for anything. */
function fits(entry: string, pattern: string): boolean {
  const [before = '', after] = pattern.split('*');
  if (after === undefined) return entry === pattern;
  return entry.length > before.length + after.length && entry.startsWith(before) && entry.endsWith(after);
}

/** `@scope/name/sub` → `@scope/name`; `name:module`, which a builder makes, → `name`; a relative specifier → `.`. */
function packageOf(specifier: string): string {
  if (specifier.startsWith('.')) return '.';
  if (specifier.startsWith('node:')) return specifier;
  const [builder, made] = specifier.split(':');
  if (builder && made) return builder;
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}
