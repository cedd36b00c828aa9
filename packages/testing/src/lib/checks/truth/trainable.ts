import { countParams } from '@diffeo/core';
import type { Subject } from '../../trial/subject.ts';

/** Whether a part has parameters to train. */
export const isTrainable = ({ model }: Subject): boolean => countParams(model.layout, { trainable: true }) > 0;
