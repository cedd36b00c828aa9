import type { Spec } from '@diffeo/core';
import { checkBase } from '../check-base.ts';
import { checkLayer } from '../check-layer.ts';
import type { CheckOptions } from '../options.ts';
import type { Report } from '../plan/check.ts';
import type { NegativeControl } from './broken.ts';

/**
 * Checks a control with its own options, and `more`: a report in which the check named for it has failed, wherever the kit
 * is sound.
 *
 * @throws DiffeoError what `checkLayer` throws.
 */
export const checkControl = ({ spec, options }: NegativeControl, more: CheckOptions = {}): Promise<Report> =>
  spec.$kind === 'layer'
    ? checkLayer(spec as Spec<'layer'>, { ...options, ...more } as CheckOptions)
    : checkBase(spec as Spec<'base'>, { ...options, ...more } as CheckOptions);
