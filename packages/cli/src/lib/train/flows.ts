import { DiffeoError, type Spec } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { iaf, maf, splineMAF } from '@diffeo/layers-autoregressive';
import { ffjord } from '@diffeo/layers-continuous';
import { imageCoupling, neuralSpline, nice, realNVP } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';
import { activeConfig } from '../config/active-config.ts';
import { type ActivationName, flowNames } from '../options/flow-names.ts';

/** What every kind of flow is made from. */
export interface FlowOptions {
  /** How many layers of its kind; of glow, how many steps at each level. */
  readonly layers: number;
  /** The hidden widths of each layer's network; of glow, the one width of all of them. */
  readonly hidden: readonly number[];
  /** What stands between the layers of those networks. */
  readonly activation: ActivationName;
  /** Whether hidden layers that keep their width add their input to their output. */
  readonly residual: boolean;
  /** After how many squeezes half of the channels have split off, for flows of images at several scales. */
  readonly levels: number;
  /** Log-scales of each layer stay within ±bound; not of glow, nor of splines. */
  readonly bound: number;
  /** Splines bend what lies in [−interval, interval]. Default: that of the layers. */
  readonly interval?: number | undefined;
  /** How many bins splines have. Default: that of the layers. */
  readonly bins?: number | undefined;
  /** How large the last layer of those networks starts; not of glow. */
  readonly outputScale: number;
  /** How far apart the biases of their hidden layers start, of neural-spline alone. Default: they start at 0. */
  readonly biasScale?: number | undefined;
}

/** What not every flow takes. */
type Taken = 'activation' | 'residual' | 'bound' | 'bins' | 'levels' | 'loss';

/** The layers of one kind of flow that stand between preprocessing and base, in data order. */
export interface FlowKind {
  /** Whether events must be images. */
  readonly images: boolean;
  readonly takes: readonly Taken[];
  /** The activations that it takes, where not all. */
  readonly activations?: readonly ActivationName[];
  /** What it takes otherwise than the data's defaults say. */
  readonly defaults?: Partial<Pick<FlowOptions, 'layers' | 'residual' | 'activation'>> & { readonly steps?: number };
  /** How toy densities are learned otherwise than by default: from so many points, in so many steps, by such splines. */
  readonly toy?: { readonly rows: number; readonly steps: number } & Pick<FlowOptions, 'bins' | 'biasScale'>;
  layers(options: FlowOptions): readonly Spec<'layer'>[];
}

function glowLayers({ layers, hidden, levels }: FlowOptions): readonly Spec<'layer'>[] {
  const [width, ...more] = hidden;
  if (more.length > 0) {
    throw new DiffeoError(
      'USAGE',
      `--hidden of --flow glow is one width for all of its layers; got ${hidden.join(',')}`,
    );
  }
  return glow({
    ...{ coupling: imageCoupling, linear: invertibleConv1x1, levels, steps: layers },
    ...(width !== undefined && { width }),
  });
}

/** What all flows with dense networks take. */
const dense = ({ layers, hidden, activation, residual, outputScale }: FlowOptions) => ({
  ...{ layers, hidden, activation, residual, outputScale },
});

const affine = (options: FlowOptions) => ({ ...dense(options), bound: options.bound });

const spline = ({ interval, bins, ...options }: FlowOptions) => ({
  ...dense({ ...options }),
  ...(interval !== undefined && { bound: interval }),
  ...(bins !== undefined && { bins }),
});

const smooth = ['tanh', 'elu', 'sigmoid'] as const;
const isSmooth = (activation: ActivationName): activation is (typeof smooth)[number] =>
  smooth.some((one) => one === activation);

const ofAffine: Pick<FlowKind, 'images' | 'takes'> = { images: false, takes: ['activation', 'residual', 'bound'] };
const ofSplines: Pick<FlowKind, 'images' | 'takes'> = {
  images: false,
  takes: ['activation', 'residual', 'bound', 'bins'],
};

/** Every kind of flow by the name that `--flow` takes. */
const flows: Readonly<Record<(typeof flowNames)[number], FlowKind>> = {
  realnvp: { ...ofAffine, layers: (options) => realNVP(affine(options)) },
  'neural-spline': {
    ...ofSplines,
    // Of two dimensions, plain networks learn splines in half the divergence that residual ones leave.
    defaults: { residual: false },
    // Splines go on learning for long, and would learn fewer points by heart.
    // A network sees one number here: all of its rectifiers would bend at 0. And gaps between modes take narrow bins.
    toy: { rows: 1_000_000, steps: 10_000, bins: 16, biasScale: 2 },
    layers: ({ biasScale, ...options }) =>
      neuralSpline({ ...spline(options), ...(biasScale !== undefined && { biasScale }) }),
  },
  nice: { ...ofAffine, layers: (options) => nice(affine(options)) },
  maf: { ...ofAffine, layers: (options) => maf(affine(options)) },
  'spline-maf': { ...ofSplines, layers: (options) => splineMAF(spline(options)) },
  iaf: { ...ofAffine, layers: (options) => iaf(affine(options)) },
  continuous: {
    images: false,
    takes: ['activation', 'residual', 'loss'],
    activations: smooth,
    // One field does what many layers do, and a step evaluates its network dozens of times.
    defaults: { layers: 1, steps: 500 },
    layers: ({ activation, ...options }) =>
      ffjord({ ...dense({ ...options, activation }), activation: isSmooth(activation) ? activation : 'tanh' }),
  },
  glow: { images: true, takes: ['levels'], layers: glowLayers },
};

/** The kind of flow of that name. Throws `USAGE` when there is none. */
export function flowNamed(name: string): FlowKind {
  const known = flowNames.find((one) => one === name);
  if (known) return flows[known];
  const configured = activeConfig().layers ?? {};
  const layers = Object.hasOwn(configured, name) ? configured[name] : undefined;
  if (layers) return { ...ofAffine, layers: (options) => layers(affine(options)) };
  const names = [...flowNames, ...Object.keys(configured)];
  throw new DiffeoError(
    'USAGE',
    `there is no flow '${name}'; --flow is one of ${names.join(', ')}${didYouMean(name, names)}`,
  );
}
