/** An explicit Runge–Kutta method (Butcher 1964): stage i sits at t + c_i·h and takes Σ_j a_ij of the stages before it. */
export interface Tableau {
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
}

/** A method with a second one inside, by the difference of which its error is estimated. */
export interface EmbeddedTableau extends Tableau {
  /** b minus the weights of the other method. */
  readonly error: readonly number[];
  /** The error of one step falls like h to this power. */
  readonly order: number;
}

/** The methods that take steps of one size, by name. */
export const fixedMethods = {
  /** Of second order, two evaluations a step. */
  midpoint: { a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] },
  /** The classical one of fourth order, four evaluations a step. */
  rk4: { a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]], b: [1 / 6, 1 / 3, 1 / 3, 1 / 6], c: [0, 1 / 2, 1 / 2, 1] },
} as const satisfies Readonly<Record<string, Tableau>>;

const last = [35 / 384, 0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84] as const;

/**
 * The method 5(4) of Dormand & Prince 1980, table 2: the last stage is the first one of the next step.
 */
export const dormandPrince: EmbeddedTableau = {
  a: [
    [],
    [1 / 5],
    [3 / 40, 9 / 40],
    [44 / 45, -56 / 15, 32 / 9],
    [19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729],
    [9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656],
    last,
  ],
  b: [...last, 0],
  c: [0, 1 / 5, 3 / 10, 4 / 5, 8 / 9, 1, 1],
  error: [
    last[0] - 5179 / 57600,
    0,
    last[2] - 7571 / 16695,
    last[3] - 393 / 640,
    last[4] + 92097 / 339200,
    last[5] - 187 / 2100,
    -1 / 40,
  ],
  order: 5,
};
