/** The codes of `assembly/activation.ts`: those of tfjs's fused kernels, and `tanh`. */
export const activationCodes = {
  linear: 0,
  relu: 1,
  relu6: 2,
  leakyrelu: 4,
  sigmoid: 5,
  elu: 6,
  tanh: 7,
} as const satisfies Record<string, number>;

export type KernelActivation = keyof typeof activationCodes;

export const isKernelActivation = (name: string): name is KernelActivation => Object.hasOwn(activationCodes, name);
