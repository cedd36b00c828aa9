import { type ToyDensity, toyDensity } from './toy-density.ts';

const cells = 2 ** 21;

/** A number of (0, 2) that float32 holds exactly after a shift by −4, −2, 0 or 2, so that no sample leaves its square. */
const within = (integer: number): number => (integer + 0.5) * (2 / cells);

/**
 * Uniform on eight squares of side 2 that alternate on [−4, 4]², the one at the lower left among them; the entropy is
 * log 32 = 3.4657 nats. Outside the squares the log-density is −Infinity.
 */
export const checkerboard = (): ToyDensity =>
  toyDensity({
    name: 'checkerboard',
    draw(source) {
      const column = source.integer(4);
      const row = 2 * source.integer(2) + (column % 2);
      return [2 * column - 4 + within(source.integer(cells)), 2 * row - 4 + within(source.integer(cells))];
    },
    logDensity(x, y) {
      const column = Math.floor((x + 4) / 2);
      const row = Math.floor((y + 4) / 2);
      const inside = column >= 0 && column < 4 && row >= 0 && row < 4 && (column + row) % 2 === 0;
      return inside ? -Math.log(32) : Number.NEGATIVE_INFINITY;
    },
    entropy: () => Math.log(32),
  });
