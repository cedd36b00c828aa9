import { type ToyDensity, toyDensity } from './toy-density.ts';

const logTwoPi = Math.log(2 * Math.PI);

/** The standard normal density on the plane; the entropy is log 2πe = 2.8379 nats. */
export const standardNormal2d = (): ToyDensity =>
  toyDensity({
    name: 'standard-normal',
    draw: (source) => [source.normal(), source.normal()],
    logDensity: (x, y) => -logTwoPi - 0.5 * (x * x + y * y),
    entropy: () => logTwoPi + 1,
  });
