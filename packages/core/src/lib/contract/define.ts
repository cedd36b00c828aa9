import type { StandardSchemaV1 } from '@standard-schema/spec';
import { type GenericSchema, config as withConfig } from 'valibot';
import { shortName } from '../arguments/describe-value.ts';
import { isTensor } from '../arguments/is-tensor.ts';
import { anything } from '../arguments/option-checks.ts';
import { requireOptions } from '../arguments/require-options.ts';
import { DiffeoError } from './error.ts';
import { isObject } from './is-object.ts';
import type { Kind, Kinds, Site, Spec } from './parts/spec.ts';

/**
 * The version of the contract between core and the parts written for it. Every definition carries it, so that a part
 * written for another contract is refused by name and not by a strange failure.
 */
export const contractVersion = 1;

/** What `define` needs to know of a part. */
export interface DefinitionOptions<K extends Kind, S extends StandardSchemaV1> {
  readonly kind: K;
  /** `<package>/<name>`, the key in saved models. */
  readonly type: string;
  /** The version of the configuration's schema, not of the package. */
  readonly version: number;
  /** Any synchronous Standard Schema (valibot, zod, arktype …). It checks configurations and fills in defaults. */
  readonly schema: S;
  /** Turns a saved configuration of an older version into one that the schema accepts. */
  migrate?(config: unknown, from: number): StandardSchemaV1.InferInput<S>;
  /** Builds the part. Shapes are checked here, once. Allocates no tensors. */
  build(config: StandardSchemaV1.InferOutput<S>, site: Site): Kinds[K];
}

type Arguments<Input> = object extends Input ? [config?: Input] : [config: Input];

/** Calling a definition gives a spec: the configuration checked, with its defaults filled in. */
// biome-ignore lint/suspicious/noExplicitAny: lists hold parts of any parameters and configuration
export interface Definition<K extends Kind = Kind, S extends StandardSchemaV1 = any> {
  (...config: Arguments<StandardSchemaV1.InferInput<S>>): Spec<K>;
  readonly type: string;
  readonly kind: K;
  readonly version: number;
  readonly contract: number;
  /** A spec from a saved configuration of this or an older version. */
  restore(config: unknown, version: number): Spec<K>;
  build(config: object, site: Site): Kinds[K];
}

/** The key of the live link. A global symbol, so that two copies of this package understand each other's specs. */
const link = Symbol.for('diffeo.definition');

/** The definition that a spec was made by, or `undefined` for plain JSON. */
export const definitionOf = <K extends Kind>(spec: Spec<K>): Definition<K> | undefined =>
  (spec as { readonly [link]?: Definition<K> })[link];

/** `@scope/package` of the type `@scope/package/name`. */
export const packageOf = (type: string): string =>
  type
    .split('/')
    .slice(0, type.startsWith('@') ? 2 : 1)
    .join('/');

/** More would not help. */
const maxIssues = 5;

function describe(issues: readonly StandardSchemaV1.Issue[]): string {
  const more = issues.length > maxIssues ? '; and more' : '';
  const said = issues
    .slice(0, maxIssues)
    .map(({ path = [], message }) => {
      const place = path.map((step) => shortName(String(typeof step === 'object' ? step.key : step), 40)).join('.');
      return shortName(place ? `${place}: ${message}` : message, 300);
    })
    .join('; ');
  return said + more;
}

/** Whether a configuration holds more than so many values, those inside others counted. */
function isLarge(config: unknown): boolean {
  let left = 1000;
  const walk = (value: unknown): boolean => {
    if (left-- <= 0) return true;
    if (typeof value !== 'object' || value === null) return false;
    if (Array.isArray(value) && value.length > left) return true;
    return Object.values(value).some(walk);
  };
  return walk(config);
}

/** The options of a schema that takes no others, where it says which those are, as valibot's `strictObject` does. */
const optionsOf = (schema: object): readonly string[] | null =>
  'entries' in schema && 'type' in schema && schema.type === 'strict_object'
    ? Object.keys(schema.entries as object)
    : null;

/** The options that are there: what is `undefined` is absent. Refuses names that are none as {@link requireOptions} does. */
function presentOptions(schema: object, type: string, input: unknown): unknown {
  const names = optionsOf(schema);
  if (!names || !isObject(input)) return input;
  requireOptions<object>(type, input, Object.fromEntries(names.map((name) => [name, anything])));
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/**
 * A schema's answer. A large configuration, as a file may bring, could have as many issues as values, each some hundred times as
 * large: of valibot, the first one is enough then.
 */
function check(schema: StandardSchemaV1, config: unknown) {
  const { vendor } = schema['~standard'];
  const first = vendor === 'valibot' && '~run' in schema && isLarge(config);
  const asked = first ? withConfig(schema as GenericSchema, { abortEarly: true }) : schema;
  return asked['~standard'].validate(config);
}

/**
 * Defines a part. `defineLayer`, `defineBase`, `defineDequantizer`, `defineNetwork` and `defineTransform` are this with the
 * kind filled in. Nothing is registered anywhere: the definition is a value, and loading takes a list of them.
 */
export function define<K extends Kind, S extends StandardSchemaV1>(options: DefinitionOptions<K, S>): Definition<K, S> {
  const { type, kind, version, schema } = options;

  const make = (input: unknown): Spec<K> => {
    // Schemas of objects take lists too, and find every option missing.
    if (Array.isArray(input)) throw new DiffeoError('CONFIG', `${type}: expected an object of options; got a list`);
    if (isTensor(input)) throw new DiffeoError('CONFIG', `${type}: expected an object of options; got a tensor`);
    const result = check(schema, presentOptions(schema, type, input ?? {}));
    if (result instanceof Promise) throw new DiffeoError('CONFIG', `${type}: its schema must be synchronous`);
    if (result.issues) throw new DiffeoError('CONFIG', `${type}: ${describe(result.issues)}`);
    const spec = {
      $type: type,
      $kind: kind,
      version,
      config: result.value as object,
    };
    Object.defineProperty(spec, link, { value: definition });
    return spec;
  };

  const restore = (config: unknown, from: number): Spec<K> => {
    if (from > version) {
      throw new DiffeoError(
        'NEWER_VERSION',
        `'${type}' was saved with version ${from} of its configuration and the installed one reads up to ${version}. Update ${packageOf(type)}.`,
      );
    }
    if (from === version) return make(config);
    if (!options.migrate) {
      throw new DiffeoError(
        'MIGRATION',
        `'${type}' was saved with version ${from} of its configuration; the installed ${packageOf(type)} has version ${version} and no way from one to the other.`,
      );
    }
    let migrated: unknown;
    try {
      migrated = options.migrate(config, from);
    } catch (cause) {
      const reason = shortName((cause as Error).message, 200);
      throw new DiffeoError(
        'MIGRATION',
        `'${type}': its saved configuration of version ${from} is broken (${reason})`,
        {
          cause,
        },
      );
    }
    return make(migrated);
  };

  const properties = {
    type,
    kind,
    version,
    contract: contractVersion,
    restore,
    build: options.build,
  };
  const definition = Object.assign((config?: unknown) => make(config), properties) as unknown as Definition<K, S>;
  return definition;
}

type Without<K extends Kind> = <S extends StandardSchemaV1>(
  options: Omit<DefinitionOptions<K, S>, 'kind'>,
) => Definition<K, S>;

/** Defines a layer: an invertible, differentiable map. */
export const defineLayer: Without<'layer'> = (options) => define({ ...options, kind: 'layer' });
/** Defines a base distribution. */
export const defineBase: Without<'base'> = (options) => define({ ...options, kind: 'base' });
/** Defines a dequantizer. */
export const defineDequantizer: Without<'dequantizer'> = (options) => define({ ...options, kind: 'dequantizer' });
/** Defines a network that layers hold. */
export const defineNetwork: Without<'network'> = (options) => define({ ...options, kind: 'network' });
/** Defines an element-wise transform that layers hold. */
export const defineTransform: Without<'transform'> = (options) => define({ ...options, kind: 'transform' });
