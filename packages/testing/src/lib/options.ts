import { DiffeoError, type Seed, type Shape } from '@diffeo/core';
import { findBackendFactory, getBackend } from '@tensorflow/tfjs-core';

/** An interval of numbers, open at both ends where that matters. */
export type Interval = readonly [low: number, high: number];

/** Where and how to check a part. Every list is gone through in full. */
export interface CheckOptions {
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
  /** The layer uses the context where there is one, and so must declare it. Default: it may ignore it. */
  readonly usesContext?: boolean;
}

/** Where and how to check a layer. */
export interface LayerOptions extends CheckOptions {
  readonly capabilities?: Capabilities;
  /** Where the base's side lies, for a layer whose `forward` does not take every number. Default: everywhere. */
  readonly baseDomain?: Interval;
  /** Steps of the check that trains. Default 200. */
  readonly trainingSteps?: number;
}

/** Where and how to check a base distribution. */
export type BaseOptions = CheckOptions;

/** The options with their defaults filled in. */
export interface Settings extends Required<Omit<LayerOptions, 'domain' | 'baseDomain' | 'only'>> {
  readonly domain: Interval | null;
  readonly baseDomain: Interval | null;
  readonly only: readonly string[] | null;
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

/**
 * Fills in the defaults.
 *
 * @throws DiffeoError `BACKEND` for a backend that is not registered; `CONFIG` for a setting that makes no sense.
 */
export function settle(options: LayerOptions, contextShapes: readonly (Shape | null)[]): Settings {
  const settings: Settings = {
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
    trainingSteps: 200,
    ...options,
    domain: options.domain ?? null,
    baseDomain: options.baseDomain ?? null,
    only: options.only ?? null,
  };
  const missing = settings.backends.find((name) => !findBackendFactory(name));
  if (missing) {
    throw new DiffeoError(
      'BACKEND',
      `the tfjs backend '${missing}' is not registered: import '@tensorflow/tfjs-backend-${missing}' first`,
    );
  }
  if (settings.rows < 3) throw new DiffeoError('CONFIG', `rows must be at least 3; got ${settings.rows}`);
  return settings;
}
