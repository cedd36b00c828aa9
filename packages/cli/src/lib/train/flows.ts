import { DiffeoError, type Spec } from '@diffeo/core';
import { didYouMean } from '@diffeo/core/arguments';
import { iaf, maf, splineMAF } from '@diffeo/layers-autoregressive';
import { ffjord } from '@diffeo/layers-continuous';
import { imageCoupling, neuralSpline, nice, realNVP } from '@diffeo/layers-coupling';
import { glow } from '@diffeo/layers-glow';
import { invertibleConv1x1 } from '@diffeo/layers-linear';

/** What every kind of flow is made from. */
export interface FlowOptions {
  /** How many layers of its kind; of glow, how many steps at each level. */
  readonly layers: number;
  /** The hidden widths of each layer's network; of glow, the one width of all of them. */
  readonly hidden: readonly number[];
  /** What stands between the layers of those networks. */
  readonly activation: 'relu' | 'tanh' | 'elu' | 'sigmoid';
  /** Whether hidden layers that keep their width add their input to their output. */
  readonly residual: boolean;
  /** After how many squeezes half of the channels have split off, for flows of images at several scales. */
  readonly levels: number;
  /** Log-scales of each layer stay within ±bound; not of glow. */
  readonly bound: number;
  /** How large the last layer of those networks starts; not of glow. */
  readonly outputScale: number;
}

/** The layers of one kind of flow that stand between preprocessing and base, in data order. */
export interface FlowKind {
  /** Whether events must be images. */
  readonly images: boolean;
  /** What it takes otherwise than the data's defaults say. */
  readonly defaults?: Partial<Pick<FlowOptions, 'layers' | 'residual'>> & { readonly steps?: number };
  /** How toy densities are learned otherwise than by default: from so many points, in so many steps. */
  readonly toy?: { readonly rows: number; readonly steps: number };
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

/** Every kind of flow by the name that `--flow` takes. */
const flows: Readonly<Record<string, FlowKind>> = {
  realnvp: {
    images: false,
    layers: ({ levels: _, ...options }) => realNVP(options),
  },
  'neural-spline': {
    images: false,
    // Of two dimensions, plain networks learn splines in half the divergence that residual ones leave.
    defaults: { residual: false },
    // Splines go on learning for long, and would learn fewer points by heart.
    toy: { rows: 1_000_000, steps: 10_000 },
    layers: ({ levels: _, bound: __, ...options }) => neuralSpline(options),
  },
  nice: {
    images: false,
    layers: ({ levels: _, ...options }) => nice(options),
  },
  maf: {
    images: false,
    layers: ({ levels: _, ...options }) => maf(options),
  },
  'spline-maf': {
    images: false,
    layers: ({ levels: _, bound: __, ...options }) => splineMAF(options),
  },
  iaf: {
    images: false,
    layers: ({ levels: _, ...options }) => iaf(options),
  },
  continuous: {
    images: false,
    // One field does what many layers do, and a step evaluates its network dozens of times.
    defaults: { layers: 1, steps: 500 },
    layers: ({ levels: _, bound: __, activation, ...options }) =>
      ffjord({ ...options, activation: activation === 'relu' ? 'tanh' : activation }),
  },
  glow: { images: true, layers: glowLayers },
};

/** The kind of flow of that name. Throws `USAGE` when there is none. */
export function flowNamed(name: string): FlowKind {
  const kind = Object.hasOwn(flows, name) ? flows[name] : undefined;
  if (kind) return kind;
  const names = Object.keys(flows);
  throw new DiffeoError(
    'USAGE',
    `there is no flow '${name}'; --flow is one of ${names.join(', ')}${didYouMean(name, names)}`,
  );
}
