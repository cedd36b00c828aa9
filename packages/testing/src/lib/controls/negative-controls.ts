import { baseControls } from './bases.ts';
import type { NegativeControl } from './broken.ts';
import { claimControls } from './claims.ts';
import { contractControls } from './contract.ts';
import { lifeControls } from './life.ts';
import { networkControls } from './networks.ts';
import { numberControls } from './numbers.ts';
import { splineControls } from './splines.ts';
import { truthControls } from './truth.ts';

/**
 * Parts that are broken on purpose: at least one for every check of the kit, which must reject it. They prove the kit as
 * the kit proves layers, and show what each check is for. They need the cpu backend; the one that differs by backend needs
 * wasm beside it.
 */
export const negativeControls: readonly NegativeControl[] = /* @__PURE__ */ (() => [
  ...contractControls(),
  ...truthControls(),
  ...claimControls(),
  ...numberControls(),
  ...splineControls(),
  ...networkControls(),
  ...lifeControls(),
  ...baseControls(),
])();
