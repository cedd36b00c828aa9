import type { Interval } from '@diffeo/core';
import { fill, greaterEqual, lessEqual, logicalAnd, type Tensor, where } from '@tensorflow/tfjs-core';

/** The log-slopes of an inverse at `y`, and −∞ where `y` lies outside of the interval that it takes: there is no density there. */
export const onlyWithin = ([low, high]: Interval, y: Tensor, logSlope: Tensor): Tensor =>
  where(logicalAnd(greaterEqual(y, low), lessEqual(y, high)), logSlope, fill(y.shape, Number.NEGATIVE_INFINITY));
