import { positiveNumber, requireOptions, wholeNumber } from '@diffeo/core/arguments';
import { gaussianMixture } from './gaussian-mixture.ts';
import { type Point, type ToyDensity, toyDensity } from './toy-density.ts';

/** Beyond this distance the twist grows no more: the density has long vanished, and e^r would overflow. */
const farthest = 30;

/** Options of {@link pinwheel}. */
export interface PinwheelOptions {
  /** The number of arms; default 5. */
  readonly arms?: number;
  /** The standard deviation along an arm before the twist; default 0.3. */
  readonly radialNoise?: number;
  /** The standard deviation across an arm before the twist; default 0.1. */
  readonly tangentialNoise?: number;
  /** The twist: a point at radius r is turned by `rate` × e^r radians; default 0.25. */
  readonly rate?: number;
  /** Everything is enlarged by this; default 2. */
  readonly scale?: number;
}

/**
 * Gaussians around a circle, twisted into the arms of a pinwheel (Johnson et al. 2016). The twist turns each point by
 * an angle that depends on its distance from the origin alone. Such a map keeps areas, so the density is that of the
 * untwisted Gaussians at the untwisted point, and the entropy is theirs, + 2 log `scale`. (The original twists by the
 * coordinate along the arm, which differs by the little that an arm is wide and has no inverse.)
 */
export function pinwheel(options: PinwheelOptions = {}): ToyDensity {
  requireOptions('pinwheel', options, {
    ...{ arms: wholeNumber({ from: 1, to: 10_000 }), rate: positiveNumber(), scale: positiveNumber() },
    ...{ radialNoise: positiveNumber(), tangentialNoise: positiveNumber() },
  });
  const { arms = 5, radialNoise = 0.3, tangentialNoise = 0.1, rate = 0.25, scale = 2 } = options;
  const angles = Array.from({ length: arms }, (_, i) => (2 * Math.PI * i) / arms);
  const untwisted = gaussianMixture({
    name: 'pinwheel',
    centres: angles.map((angle): Point => [Math.cos(angle), Math.sin(angle)]),
    deviations: [radialNoise, tangentialNoise],
    angles,
  });
  const turn = (x: number, y: number, direction: 1 | -1): Point => {
    const angle = direction * rate * Math.exp(Math.min(Math.hypot(x, y), farthest));
    return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
  };
  return toyDensity({
    name: 'pinwheel',
    draw(source) {
      const [x, y] = turn(...untwisted.draw(source), 1);
      return [scale * x, scale * y];
    },
    logDensity: (x, y) => untwisted.logDensity(...turn(x / scale, y / scale, -1)) - 2 * Math.log(scale),
    entropy: () => untwisted.entropy() + 2 * Math.log(scale),
  });
}
