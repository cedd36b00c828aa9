import { add, div, mul, sqrt, square, sub, type Tensor, zeros } from '@tensorflow/tfjs-core';

/** What Adam keeps between steps: running means of the gradient and of its square, `[size]`. */
export interface AdamState {
  readonly step: number;
  readonly mean: Tensor;
  readonly square: Tensor;
}

export interface AdamOptions {
  /** Decay of the mean of gradients. Default 0.9. */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients. Default 0.999. */
  readonly beta2?: number;
  /** Keeps the quotient finite. Default 1e-8. */
  readonly epsilon?: number;
}

/** An optimiser as a pair of pure functions over one flat vector of parameters. The caller disposes what is replaced. */
export interface Optimiser<State> {
  init(size: number): State;
  update(
    parameters: Tensor,
    gradient: Tensor,
    state: State,
    learningRate: number,
  ): { readonly parameters: Tensor; readonly state: State };
}

/** Adam (Kingma & Ba 2015, algorithm 1). */
export const adam = ({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Optimiser<AdamState> => ({
  init: (size) => ({ step: 0, mean: zeros([size]), square: zeros([size]) }),
  update: (parameters, gradient, state, learningRate) => {
    const step = state.step + 1;
    const mean = add(mul(state.mean, beta1), mul(gradient, 1 - beta1));
    const squares = add(mul(state.square, beta2), mul(square(gradient), 1 - beta2));
    // The bias corrections of both means, moved into the rate and ε (end of the paper's section 2).
    const correction = Math.sqrt(1 - beta2 ** step);
    const rate = (learningRate * correction) / (1 - beta1 ** step);
    const change = div(mul(mean, rate), add(sqrt(squares), epsilon * correction));
    return { parameters: sub(parameters, change), state: { step, mean, square: squares } };
  },
});
