import { countParams } from '@diffeo/core';
import type { Subject } from '../../subject.ts';

/** Whether a part has parameters to train. */
export const isTrainable = ({ model }: Subject): boolean => countParams(model.layout, { trainable: true }) > 0;
