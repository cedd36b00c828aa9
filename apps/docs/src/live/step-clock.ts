/** How fast steps are, pauses and pictures left out. */
export interface StepClock {
  /** Steps go on from here. */
  start(): void;
  stop(): void;
  count(): void;
  /** Of about the last half second in which steps were taken. */
  readonly stepsPerSecond: number;
}

const remembered = 500;

export function stepClock(): StepClock {
  let [since, steps, milliseconds]: [number | null, number, number] = [null, 0, 0];
  return {
    start: () => {
      since = performance.now();
    },
    stop: () => {
      if (since === null) return;
      milliseconds += performance.now() - since;
      since = null;
      if (milliseconds < remembered) return;
      [steps, milliseconds] = [steps / 2, milliseconds / 2];
    },
    count: () => {
      steps++;
    },
    get stepsPerSecond() {
      return milliseconds === 0 ? 0 : (1000 * steps) / milliseconds;
    },
  };
}
