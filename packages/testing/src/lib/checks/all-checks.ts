import type { Check } from '../plan/check.ts';
import { batchSizes } from './contract/batch-sizes.ts';
import { builds } from './contract/builds.ts';
import { contextDeclared } from './contract/context-declared.ts';
import { contextEverywhere } from './contract/context-everywhere.ts';
import { contextReaches } from './contract/context-reaches.ts';
import { deterministic } from './contract/deterministic.ts';
import { inputsUntouched } from './contract/inputs-untouched.ts';
import { layout } from './contract/layout.ts';
import { logDetShape } from './contract/log-det-shape.ts';
import { oneEvaluation } from './contract/one-evaluation.ts';
import { oneWay } from './contract/one-way.ts';
import { rowsAlone } from './contract/rows-alone.ts';
import { seededInit } from './contract/seeded-init.ts';
import { seededNoise } from './contract/seeded-noise.ts';
import { shapes } from './contract/shapes.ts';
import { support } from './contract/support.ts';
import { fileRefusals } from './life/file-refusals.ts';
import { noLeaks } from './life/no-leaks.ts';
import { saveLoad } from './life/save-load.ts';
import { start, startOnce } from './life/start.ts';
import { chainAndInvert } from './numbers/chain-and-invert.ts';
import { compareBackends } from './numbers/compare-backends.ts';
import { farParameters } from './numbers/far-parameters.ts';
import { finiteGradients } from './numbers/finite-gradients.ts';
import { finiteValues } from './numbers/finite-values.ts';
import { reference } from './numbers/reference.ts';
import { roundTrip } from './numbers/round-trip.ts';
import { roundTripPoints } from './numbers/round-trip-points.ts';
import { trainedRoundTrip } from './numbers/trained-round-trip.ts';
import { constantLogDet } from './truth/constant-log-det.ts';
import { densityIntegrates, samplesMatchDensity } from './truth/density.ts';
import { identityAtStart } from './truth/identity-at-start.ts';
import { jacobianStructure } from './truth/jacobian-structure.ts';
import { kinks } from './truth/kinks.ts';
import { logDetJacobian } from './truth/log-det-jacobian.ts';
import { logDetsCancel } from './truth/log-dets-cancel.ts';
import { parameterGradients } from './truth/parameter-gradients.ts';
import { recompute } from './truth/recompute.ts';
import { sampleSeeds, sampleShapes, temperature } from './truth/sampling.ts';
import { taylorTest } from './truth/taylor-test.ts';

/** What every layer must do, in the order of the report. */
export const layerChecks: readonly Check[] = [
  // contract
  builds,
  shapes,
  layout,
  seededInit,
  logDetShape,
  inputsUntouched,
  deterministic,
  noLeaks,
  oneWay,
  support,
  // truth
  roundTrip,
  roundTripPoints,
  identityAtStart,
  logDetsCancel,
  logDetJacobian,
  jacobianStructure,
  kinks,
  constantLogDet,
  chainAndInvert,
  rowsAlone,
  batchSizes,
  // numbers
  finiteValues,
  finiteGradients,
  farParameters,
  trainedRoundTrip,
  compareBackends,
  reference,
  // training
  parameterGradients,
  taylorTest,
  recompute,
  oneEvaluation,
  seededNoise,
  // life
  start,
  startOnce,
  saveLoad,
  fileRefusals,
  contextDeclared,
  contextReaches,
  contextEverywhere,
  // density
  densityIntegrates,
  samplesMatchDensity,
];

/** What every base distribution must do, in the order of the report. */
export const baseChecks: readonly Check[] = [
  builds,
  shapes,
  layout,
  seededInit,
  inputsUntouched,
  deterministic,
  noLeaks,
  rowsAlone,
  batchSizes,
  finiteValues,
  finiteGradients,
  farParameters,
  compareBackends,
  reference,
  parameterGradients,
  taylorTest,
  start,
  startOnce,
  saveLoad,
  fileRefusals,
  contextDeclared,
  contextReaches,
  sampleShapes,
  sampleSeeds,
  temperature,
  densityIntegrates,
  samplesMatchDensity,
];
