/** The curve of the loss, as the paths of an SVG that stands in the page. */
export interface LossCurve {
  compare(levels: Levels): void;
  add(step: number, loss: number, steps: number): void;
  clear(): void;
}

const [width, height] = [300, 110];
/** More points than these are drawn at half the number. */
const mostPoints = 240;

/** What the loss is compared with; `null` is not known. */
export interface Levels {
  readonly entropy: number | null;
  readonly gaussian: number;
}

export interface LossPoint {
  readonly step: number;
  readonly loss: number;
}

/** The curve as an SVG path, and how far down a loss stands. `total` steps fill the width. */
export function drawnCurve(
  points: readonly LossPoint[],
  known: Levels | null,
  total: number,
): { readonly path: string; readonly y: (loss: number) => number } {
  const losses = points.map(({ loss }) => loss);
  const low = known?.entropy ?? Math.min(known?.gaussian ?? Infinity, ...losses);
  const high = known?.gaussian ?? Math.max(...losses);
  const margin = 0.16 * Math.max(high - low, 0.05);
  const y = (loss: number): number => {
    const share = (loss - low + margin) / (high - low + 2 * margin);
    return height - height * Math.max(0.01, Math.min(0.99, share));
  };
  // Most happens at first.
  const x = (step: number): number => width * Math.sqrt(step / total);
  const path = points.map(({ step, loss }, i) => `${i === 0 ? 'M' : 'L'}${x(step).toFixed(1)} ${y(loss).toFixed(1)}`);
  return { path: path.join(''), y };
}

/** @param root holds `[data-curve]`, and `[data-level]` of `entropy` and `gaussian`: a line and a text each */
export function lossCurve(root: ParentNode): LossCurve {
  const path = root.querySelector('[data-curve]') as SVGPathElement;
  const levels = { entropy: levelOf(root, 'entropy'), gaussian: levelOf(root, 'gaussian') };
  let points: LossPoint[] = [];
  let known: Levels | null = null;
  let total = 1;

  const draw = (): void => {
    const drawn = drawnCurve(points, known, total);
    levels.entropy(known?.entropy ?? null, drawn.y);
    levels.gaussian(known?.gaussian ?? null, drawn.y);
    path.setAttribute('d', drawn.path);
  };

  return {
    compare: (given) => {
      known = given;
      draw();
    },
    add: (step, loss, steps) => {
      total = steps;
      points.push({ step, loss });
      if (points.length > mostPoints) points = points.filter((_, i) => i % 2 === 0);
      draw();
    },
    clear: () => {
      points = [];
      known = null;
      path.setAttribute('d', '');
      for (const level of Object.values(levels)) level(null, () => 0);
    },
  };
}

function levelOf(root: ParentNode, name: string) {
  const group = root.querySelector(`[data-level="${name}"]`) as SVGGElement;
  return (value: number | null, y: (loss: number) => number): void => {
    group.toggleAttribute('hidden', value === null);
    if (value !== null) group.setAttribute('transform', `translate(0 ${y(value).toFixed(1)})`);
  };
}
