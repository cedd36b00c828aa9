import { imageCoupling, realNVP } from '@diffeo/layers-coupling';
import { invertibleConv1x1 as linear } from '@diffeo/layers-linear';
import { describe, expect, test } from 'vitest';
import { glow } from './glow.ts';
import { realNVPImage } from './real-nvp-image.ts';

const coupling = imageCoupling;

describe('options of presets', () => {
  test.each<[string, () => unknown, string]>([
    ['glow', () => glow({ coupling, linear, level: 3 } as never), "there is no option 'level'; did you mean 'levels'?"],
    ['glow', () => glow({} as never), 'coupling is missing: a function that makes couplings, such as imageCoupling'],
    ['glow', () => glow(undefined as never), 'coupling is missing'],
    [
      'glow',
      () => glow({ coupling } as never),
      'linear is missing: a function that makes linear layers, such as invertibleConv1x1',
    ],
    ['glow', () => glow({ coupling: coupling(), linear } as never), 'coupling must be a function that makes couplings'],
    ...[-1, 0, 1.5, Number.NaN, '2', null].flatMap((levels): [string, () => unknown, string][] => [
      ['glow', () => glow({ coupling, linear, levels } as never), 'levels must be a whole number from 1 to 24'],
      ['realNVPImage', () => realNVPImage({ coupling, levels } as never), 'levels must be a whole number from 1 to 24'],
      ['realNVP', () => realNVP({ layers: levels } as never), 'layers must be a whole number from 1 to 10000'],
    ]),
    ['realNVP', () => realNVP({ layer: 3 } as never), "there is no option 'layer'; did you mean 'layers'?"],
    ['realNVP', () => realNVP({ hiden: [2] } as never), "there is no option 'hiden'; did you mean 'hidden'?"],
    ['realNVP', () => realNVP({ hidden: [4, 0] }), 'hidden must be a list; each entry a whole number from 1 to 65536'],
    ['realNVP', () => realNVP({ mask: 'halfs' } as never), "did you mean 'halves'?"],
    ['imageCoupling', () => imageCoupling({ transform: 'affin' } as never), 'transform must be one of'],
    ['imageCoupling', () => imageCoupling({ kernels: [3] } as never), "did you mean 'kernelSizes'?"],
    ['realNVP', () => realNVP([] as never), 'options are an object of layers, '],
  ])('%s refuses what cannot be meant', (name, make, message) => {
    const error = expect.objectContaining({ code: 'CONFIG', message: expect.stringContaining(`${name}: `) });
    expect(make).toThrow(error);
    expect(make).toThrow(message);
  });

  test.each([Number.NaN, 0.5, '0', null, 2 ** 53])('realNVP refuses %s as a seed', (seed) => {
    expect(() => realNVP({ seed } as never)).toThrow(expect.objectContaining({ code: 'SEED' }));
  });

  test('that are undefined are absent', () => {
    expect(realNVP({ layers: undefined } as object)).toEqual(realNVP());
    expect(glow({ coupling, linear, steps: 1, width: undefined } as never)).toEqual(
      glow({ coupling, linear, steps: 1 }),
    );
  });
});
