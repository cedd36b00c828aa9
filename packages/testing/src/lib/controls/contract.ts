import { leaf } from '@diffeo/core';
import { add, expandDims, fill, keep, mul, sum, type Tensor, zeros } from '@tensorflow/tfjs-core';
import { brokenLayer, type NegativeControl } from './broken.ts';
import { irregular } from './irregular.ts';
import { soundAffine } from './sound-affine.ts';

/** Layers that break the contract. */
export const contractControls = (): readonly NegativeControl<'layer'>[] => [
  brokenLayer('makes-a-tensor-when-built', 'builds', 'Tensors made while building: 1', ({ eventShape }) => {
    keep(zeros([1]));
    return soundAffine(eventShape);
  }),
  brokenLayer('adds-an-axis', 'shapes', 'returned [5, 1, 2]', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: (params, x, call) => {
        const { value, logDet } = sound.inverse(params, x, call);
        return { value: expandDims(value, 1), logDet };
      },
    };
  }),
  brokenLayer('demands-a-context-that-nobody-has', 'shapes', 'it declares [1]', ({ eventShape }) => ({
    ...soundAffine(eventShape),
    contextShape: [1],
  })),
  brokenLayer(
    'keeps-a-parameter-from-the-layout',
    'layout',
    'init returns 3 tensors and the layout knows 2',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return { ...sound, init: (seed) => ({ ...sound.init(seed), temperature: fill([], 1) }) };
    },
  ),
  brokenLayer(
    'says-another-shape-in-the-layout',
    'layout',
    'the layout says float32 [7], and init returns float32 [2]',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return { ...sound, layout: { ...sound.layout, shift: leaf([7]) } };
    },
  ),
  brokenLayer('starts-at-random', 'seeded-init', "'layers.0.shift': expected", ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    const random = irregular();
    return { ...sound, init: (seed) => ({ ...sound.init(seed), shift: fill([...eventShape], random()) }) };
  }),
  brokenLayer(
    'sums-logdet-over-the-batch',
    'log-det-shape',
    'must return a logDet [1] and returned []',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      return {
        ...sound,
        inverse: (params, x, call) => {
          const { value, logDet } = sound.inverse(params, x, call);
          return { value, logDet: sum(logDet) };
        },
      };
    },
  ),
  brokenLayer('changes-its-input', 'inputs-untouched', 'the input after inverse: expected', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: (params, x, call) => {
        const result = sound.inverse(params, x, call);
        // What the cpu backend reads is the tensor's own memory.
        x.dataSync().fill(0);
        return result;
      },
    };
  }),
  brokenLayer('disposes-its-input', 'inputs-untouched', 'forward disposed the input', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      forward: (params, z, call) => {
        const result = sound.forward(params, z, call);
        z.dispose();
        return result;
      },
    };
  }),
  brokenLayer('adds-noise', 'deterministic', 'forward.value, the second time: expected', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    const random = irregular();
    return {
      ...sound,
      forward: (params, z, call) => {
        const { value, logDet } = sound.forward(params, z, call);
        return { value: add(value, random() * 1e-3), logDet };
      },
    };
  }),
  brokenLayer(
    'remembers-its-last-input',
    'deterministic',
    'forward.value, the second time: expected',
    ({ eventShape }) => {
      const sound = soundAffine(eventShape);
      let last = 0;
      return {
        ...sound,
        forward: (params, z, call) => {
          const { value, logDet } = sound.forward(params, z, call);
          const shifted = { value: add(value, last), logDet };
          last = z.dataSync()[0] ?? 0;
          return shifted;
        },
      };
    },
  ),
  brokenLayer('leaks', 'no-leaks', 'expected 0 more tensors and got 8', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    return {
      ...sound,
      inverse: (params, x, call) => {
        const doubled: Tensor = keep(mul(x, 2));
        return sound.inverse(params, mul(doubled, 0.5), call);
      },
    };
  }),
  brokenLayer('leaks-at-every-eighth-call', 'no-leaks', 'expected 0 more tensors and got 1', ({ eventShape }) => {
    const sound = soundAffine(eventShape);
    let count = 0;
    return {
      ...sound,
      inverse: (params, x, call) => {
        count++;
        if (count % 8 === 0) keep(zeros([1]));
        return sound.inverse(params, x, call);
      },
    };
  }),
];
