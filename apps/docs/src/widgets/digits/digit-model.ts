import { type FlowSpec, flow } from '@diffeo/core';
import { dequantizerDefinitions, uniformDequantize } from '@diffeo/datasets';
import { couplingDefinitions, imageCoupling } from '@diffeo/layers-coupling';
import { elementwiseDefinitions, logit } from '@diffeo/layers-elementwise';
import { glow, glowDefinitions } from '@diffeo/layers-glow';
import { invertibleConv1x1, linearDefinitions } from '@diffeo/layers-linear';

/** The side of a digit, in pixels. */
export const side = 8;
/** A pixel is a whole number from 0 (paper) to 16 (ink). */
export const levels = 17;
/** The digits 0 to 9: the context is which one, as one number of ten that is 1. */
export const classes = 10;

/** Glow, told which digit it is to draw: two levels of four steps. */
export const digitFlow = (): FlowSpec =>
  flow({
    eventShape: [side, side, 1],
    contextShape: [classes],
    dequantize: uniformDequantize({ bins: levels }),
    layers: [logit(), ...glow({ coupling: imageCoupling, linear: invertibleConv1x1, levels: 2, steps: 4, width: 48 })],
  }).spec;

/** What a file of the flow is loaded with. */
export const digitDefinitions = [
  ...couplingDefinitions,
  ...dequantizerDefinitions,
  ...elementwiseDefinitions,
  ...glowDefinitions,
  ...linearDefinitions,
];
