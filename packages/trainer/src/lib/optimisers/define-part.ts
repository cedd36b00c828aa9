/** Optimisers and schedules are specs, as layers are: JSON that workers and checkpoints carry, with a live link to what builds them. */
import { contractVersion, DiffeoError } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { type GenericSchema, getDotPath, type InferInput, type InferOutput, safeParse } from 'valibot';

/** What can be defined. */
export type PartKind = 'optimiser' | 'schedule';

/** A part as JSON. The link that makes it live is not part of that. */
export interface PartSpec<K extends PartKind = PartKind> {
  /** `<package>/<name>`, the key in checkpoints. */
  readonly $type: string;
  readonly $kind: K;
  readonly version: number;
  readonly config: object;
}

/** How a part is made of its configuration, once that was checked. */
interface PartOptions<K extends PartKind, S extends GenericSchema, Site, Built> {
  readonly kind: K;
  readonly type: string;
  readonly version: number;
  readonly schema: S;
  build(config: InferOutput<S>, site: Site): Built;
}

/** Calling it gives a spec: the configuration checked, with its defaults filled in. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any configuration
export interface PartDefinition<K extends PartKind, Site, Built, S extends GenericSchema = any> {
  (config?: InferInput<S>): PartSpec<K>;
  readonly type: string;
  readonly kind: K;
  readonly version: number;
  readonly contract: number;
  build(config: object, site: Site): Built;
}

/** A global symbol, so that two copies of this package understand each other's specs. */
const link = Symbol.for('diffeo.trainer.definition');

export function definePart<K extends PartKind, S extends GenericSchema, Site, Built>({
  kind,
  type,
  version,
  schema,
  build,
}: PartOptions<K, S, Site, Built>): PartDefinition<K, Site, Built, S> {
  const make = (input: unknown): PartSpec<K> => {
    const { success, output, issues } = safeParse(schema, input ?? {});
    if (!success) {
      const said = issues.map((issue) => [getDotPath(issue), issue.message].filter(Boolean).join(': '));
      throw new DiffeoError('CONFIG', `${type}: ${said.join('; ')}`);
    }
    const spec = { $type: type, $kind: kind, version, config: output as object };
    Object.defineProperty(spec, link, { value: definition });
    return spec;
  };
  const definition = Object.assign(make, {
    ...{ type, kind, version, contract: contractVersion },
    build: build as (config: object, site: Site) => Built,
  }) as unknown as PartDefinition<K, Site, Built, S>;
  return definition;
}

/** Whether a value is a part's JSON. */
export const isPartSpec = <K extends PartKind>(kind: K, value: unknown): value is PartSpec<K> =>
  typeof value === 'object' && value !== null && (value as Partial<PartSpec>).$kind === kind;

/**
 * Builds a part: by the definition that made the spec, or, of plain JSON, by that of its type among those given.
 *
 * @throws DiffeoError `UNKNOWN_TYPE`, `NEWER_VERSION`, and `CONFIG` for a configuration that the definition refuses.
 */
export function buildPart<K extends PartKind, Site, Built>(
  spec: PartSpec<K>,
  site: Site,
  definitions: readonly PartDefinition<K, Site, Built>[],
): Built {
  const linked = (spec as { readonly [link]?: PartDefinition<K, Site, Built> })[link];
  const definition = linked ?? definitions.find(({ type }) => type === spec.$type);
  if (!definition) {
    const known = definitions.map(({ type }) => type);
    const meant = didYouMean(spec.$type, known);
    throw new DiffeoError(
      'UNKNOWN_TYPE',
      `no ${spec.$kind} is called '${spec.$type}' here${meant}. Workers find those of your own in the modules that you name: workers: { count, modules }.`,
    );
  }
  if (spec.version > definition.version) {
    throw new DiffeoError(
      'NEWER_VERSION',
      `'${spec.$type}' has version ${spec.version}, and ${definition.version} is known here`,
    );
  }
  return definition.build(linked ? spec.config : definition(spec.config).config, site);
}

/** A part in a few words, for messages: its name and what of its configuration is said. */
export function describePart({ $type, config }: PartSpec): string {
  const name = $type.replace('@diffeo/trainer/', '');
  const said = JSON.stringify(config, (_, value: unknown) =>
    isPartSpec('optimiser', value) && value !== (config as unknown) ? describePart(value) : value,
  );
  return said === '{}' ? name : `${name}(${said.slice(1, -1).replaceAll('"', '')})`;
}
