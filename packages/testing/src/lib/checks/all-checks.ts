import type { Check } from '../check.ts';
import { batchSizes } from './batch-sizes.ts';
import { builds } from './builds.ts';
import { chainAndInvert } from './chain-and-invert.ts';
import { compareBackends } from './compare-backends.ts';
import { constantLogDet } from './constant-log-det.ts';
import { contextDeclared } from './context-declared.ts';
import { contextReaches } from './context-reaches.ts';
import { densityIntegrates, samplesMatchDensity } from './density.ts';
import { deterministic } from './deterministic.ts';
import { farParameters } from './far-parameters.ts';
import { fileRefusals } from './file-refusals.ts';
import { finiteGradients } from './finite-gradients.ts';
import { finiteValues } from './finite-values.ts';
import { inputsUntouched } from './inputs-untouched.ts';
import { jacobianStructure } from './jacobian-structure.ts';
import { layout } from './layout.ts';
import { logDetJacobian } from './log-det-jacobian.ts';
import { logDetShape } from './log-det-shape.ts';
import { logDetsCancel } from './log-dets-cancel.ts';
import { noLeaks } from './no-leaks.ts';
import { oneEvaluation } from './one-evaluation.ts';
import { oneWay } from './one-way.ts';
import { parameterGradients } from './parameter-gradients.ts';
import { recompute } from './recompute.ts';
import { reference } from './reference.ts';
import { roundTrip } from './round-trip.ts';
import { rowsAlone } from './rows-alone.ts';
import { sampleSeeds, sampleShapes, temperature } from './sampling.ts';
import { saveLoad } from './save-load.ts';
import { seededInit } from './seeded-init.ts';
import { seededNoise } from './seeded-noise.ts';
import { shapes } from './shapes.ts';
import { start, startOnce } from './start.ts';
import { taylorTest } from './taylor-test.ts';
import { trainedRoundTrip } from './trained-round-trip.ts';

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
  // truth
  roundTrip,
  logDetsCancel,
  logDetJacobian,
  jacobianStructure,
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
