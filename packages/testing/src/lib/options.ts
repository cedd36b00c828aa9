import { DiffeoError, type Seed, type Shape } from '@diffeo/core';
import { findBackendFactory, getBackend } from '@tensorflow/tfjs-core';

/** An interval of numbers, open at both ends where that matters. */
export type Interval = readonly [low: number, high: number];

/** Where and how to check a part. Every list is gone through in full. */
export interface CheckOptions {
  /** Configurations of the definition that is checked, each in its turn. Default [{}]. For a definition only. */
  readonly configs?: readonly object[];
  /** Default [[1], [2], [3]]: one dimension, an even and an odd number of them. */
  readonly eventShapes?: readonly Shape[];
  /** `null` is a flow without context. Default [null, [2]]; for a base distribution [null]. */
  readonly contextShapes?: readonly (Shape | null)[];
  /** Names of registered tfjs backends. Default: `cpu` and `wasm`, those of them that are imported; else the current one. */
  readonly backends?: readonly string[];
  /** Everything random is drawn from here. Default 1. */
  readonly seed?: Seed;
  /** Rows of the batches that most checks run on, at least 3. Default 5. */
  readonly rows?: number;
  /** The sizes that a batch must be allowed to have. Default [0, 1, 2, 7]. */
  readonly batchSizes?: readonly number[];
  /** Where data lies, for a part that does not take every number. Default: everywhere. */
  readonly domain?: Interval;
  /** More numbers to look at beside 0, ±1e-6, ±10 and ±1e3: knots and boundaries. */
  readonly points?: readonly number[];
  /**
   * How far trainable parameters are moved from their start: the `scale` of `randomiseParams`, divided by the root of the
   * depth for layers that hold layers. Default 0.5.
   */
  readonly perturbation?: number;
  /**
   * By how much the part may amplify rounding beyond what is derived from its dimension and depth: every tolerance of a
   * numeric comparison is multiplied by it. Default 1.
   */
  readonly amplification?: number;
  /** Names of the checks to run. Default: all that apply. */
  readonly only?: readonly string[];
}

/** What a layer claims of itself. It is held to what it claims. */
export interface Capabilities {
  /** logDet is the same for every point, as in an additive coupling or a linear map. Default false. */
  readonly constantLogDet?: boolean;
  /** The shape of the Jacobian over the flattened event, in both directions. Default: anything. */
  readonly jacobian?: 'diagonal' | 'lower-triangular' | 'upper-triangular';
  /** The entries of the flattened event that pass unchanged, bit for bit. Default: none. */
  readonly unchanged?: (eventShape: Shape) => readonly number[];
  /**
   * Of a layer that treats numbers one by one: where, on the data's side, the log-slope of number `index` has kinks or jumps, in rising order, as many for
   * all parameters. `() => []`: it is smooth. The Taylor test then leaves out the rows that a kink may pass and no others, unless those are
   * all, and a layer with more kinks than it names is found out. Default: it may have some, and the Taylor test leaves out the rows that bend most abruptly.
   */
  readonly kinks?: (params: ReadonlyMap<string, Float64Array>, index: number) => readonly number[];
  /** The part uses the context where there is one, and so a layer must declare it. Default: it may ignore it. */
  readonly usesContext?: boolean;
  /** Where there is a context, every number but the `unchanged` ones depends on it. Default: some may not. */
  readonly contextReachesAll?: boolean;
  /**
   * With its initial parameters it is the identity to within so much, relative to 1 + |x|; its logDet to within as much for
   * each number. Not looked at where it starts from data. Default: it may start as anything.
   */
  readonly identityAtStart?: number;
  /**
   * The direction that the layer cannot compute. It must throw DiffeoError `ONE_WAY` there; what takes both directions is
   * left out, and all else is checked in the other. Default: it has both.
   */
  readonly lacks?: 'forward' | 'inverse';
  /**
   * The direction that has no closed form, or `both`, and is iterated until it is within `tolerance` of the truth, relative to
   * 1 + |truth|. Comparisons allow as much, and networks may be evaluated at each step. Default: both have one.
   */
  readonly iterates?: { readonly direction: 'forward' | 'inverse' | 'both'; readonly tolerance: number };
}

/**
 * A map of one row computed on the host in float64: what the part is compared with. `params` holds the numbers of each
 * leaf by its path within the part.
 */
export type RowFunction<T> = (
  point: Float64Array,
  params: ReadonlyMap<string, Float64Array>,
  context: Float64Array | null,
) => T;

/** What one row becomes, and the log absolute determinant of the Jacobian there, in nats. */
export interface TransformedRow {
  readonly value: ArrayLike<number>;
  readonly logDet: number;
}

/** Where and how to check a layer. */
export interface LayerOptions extends CheckOptions {
  readonly capabilities?: Capabilities;
  /** What the directions should compute, one or both, as float64 functions on the host. Default: nothing to compare with. */
  readonly reference?: {
    readonly forward?: RowFunction<TransformedRow>;
    readonly inverse?: RowFunction<TransformedRow>;
  };
  /** Where the base's side lies, for a layer whose `forward` does not take every number. Default: everywhere. */
  readonly baseDomain?: Interval;
  /** Steps of the check that trains. Default 300. */
  readonly trainingSteps?: number;
}

/** Where and how to check a base distribution. */
export interface BaseOptions extends CheckOptions {
  readonly capabilities?: Pick<Capabilities, 'usesContext'>;
  /** The log-density in nats as a float64 function on the host. Default: nothing to compare with. */
  readonly reference?: { readonly logProb: RowFunction<number> };
}

/**
 * Where and how to check the layers and base distributions of a package, by type. A package that exports one as
 * `conformance` says so to `diffeo check`, and can give the same to its own tests.
 */
export type Conformance = Readonly<Record<string, LayerOptions | BaseOptions>>;

/** The options with their defaults filled in. */
export interface Settings extends Required<Omit<LayerOptions, 'domain' | 'baseDomain' | 'only' | 'reference'>> {
  readonly domain: Interval | null;
  readonly baseDomain: Interval | null;
  readonly only: readonly string[] | null;
  readonly reference: NonNullable<LayerOptions['reference']> & Partial<NonNullable<BaseOptions['reference']>>;
}

function backendsAtHand(): readonly string[] {
  const found = ['cpu', 'wasm'].filter((name) => findBackendFactory(name));
  const current = getBackend();
  if (found.length > 0) return found;
  if (current) return [current];
  throw new DiffeoError(
    'BACKEND',
    "no tfjs backend is registered: import '@tensorflow/tfjs-backend-cpu' or '@tensorflow/tfjs-backend-wasm' first",
  );
}

/** Lists that are gone through in full: an empty one would check nothing, and pass. */
const lists = ['configs', 'eventShapes', 'contextShapes', 'backends', 'batchSizes', 'only'] as const;

/** Throws `CONFIG` for a setting that makes no sense. */
function requireSense(settings: Settings): void {
  const empty = lists.find((name) => settings[name]?.length === 0);
  if (empty) throw new DiffeoError('CONFIG', `${empty} must not be empty: nothing would be checked`);
  if (settings.rows < 3) throw new DiffeoError('CONFIG', `rows must be at least 3; got ${settings.rows}`);
  const { lacks, iterates } = settings.capabilities;
  if (!iterates) return;
  if (lacks) throw new DiffeoError('CONFIG', `a layer that lacks its ${lacks} does not iterate: it has one direction`);
  if (iterates.tolerance > 0) return;
  throw new DiffeoError('CONFIG', `capabilities.iterates.tolerance must be above 0; got ${iterates.tolerance}`);
}

/**
 * Fills in the defaults.
 *
 * @throws DiffeoError `BACKEND` for a backend that is not registered; `CONFIG` for a setting that makes no sense.
 */
export function settle(options: LayerOptions | BaseOptions, contextShapes: readonly (Shape | null)[]): Settings {
  const settings: Settings = {
    configs: [{}],
    eventShapes: [[1], [2], [3]],
    contextShapes,
    backends: options.backends ?? backendsAtHand(),
    seed: 1,
    rows: 5,
    batchSizes: [0, 1, 2, 7],
    points: [],
    perturbation: 0.5,
    amplification: 1,
    capabilities: {},
    trainingSteps: 300,
    reference: {},
    domain: null,
    baseDomain: null,
    only: null,
    ...options,
  };
  requireSense(settings);
  const missing = settings.backends.find((name) => !findBackendFactory(name));
  if (!missing) return settings;
  throw new DiffeoError(
    'BACKEND',
    `the tfjs backend '${missing}' is not registered: import '@tensorflow/tfjs-backend-${missing}' first`,
  );
}
