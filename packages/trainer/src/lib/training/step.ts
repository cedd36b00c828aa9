/** Why a step was not taken. */
export interface Problem {
  readonly message: string;
  /** Whether the part or the parameter that is to blame was found. */
  readonly located: boolean;
  /** The row of the data that is to blame, where not all of a batch are. */
  readonly row: number | null;
}

/** What one step did. With a `problem` it changed nothing. */
export interface Step {
  readonly loss: number;
  readonly gradientNorm: number;
  readonly problem: Problem | null;
}
