import { buildParams, flow, leaves, negativeLogLikelihood } from '@diffeo/core';
import { gradients } from '@diffeo/core/gradients';
import { toTensor, twoMoons } from '@diffeo/datasets';
import { realNVP } from '@diffeo/layers-coupling';
import { useWasm } from '@diffeo/trainer';
import {
  add,
  div,
  mul,
  sqrt,
  square,
  sub,
  tidy,
  zerosLike,
} from '@tensorflow/tfjs-core';

await useWasm();
const model = flow({
  eventShape: [2],
  layers: realNVP({ layers: 6, hidden: [32, 32] }),
});
let params = model.init(1);
let weights = leaves(model.layout, params).map(({ tensor }) => tensor);
let means = weights.map((weight) => zerosLike(weight)); // Adam's mean of gradients
let squares = weights.map((weight) => zerosLike(weight)); // and of its square
const [rate, beta1, beta2] = [3e-3, 0.9, 0.999];

for (let step = 1; step <= 200; step++) {
  const x = toTensor(twoMoons().sample(256, step));

  // 1. Inverse pass, log-likelihood.
  // 2. Back-propagation through the inverse, its networks and its logDet.
  const { value: loss, gradients: found } = gradients(
    model.layout,
    params,
    (tree) => negativeLogLikelihood(model, tree, x),
  );

  // 3. Adam (Kingma & Ba 2015, algorithm 1).
  const g = found.map(({ tensor }) => tensor);
  means = means.map((m, i) => tidy(() => add(mul(m, beta1), mul(g[i], 1 - beta1))));
  squares = squares.map((s, i) =>
    tidy(() => add(mul(s, beta2), mul(square(g[i]), 1 - beta2))),
  );
  weights = weights.map((weight, i) =>
    tidy(() => {
      const mean = div(means[i], 1 - beta1 ** step);
      const deviation = sqrt(div(squares[i], 1 - beta2 ** step));
      return sub(weight, div(mul(mean, rate), add(deviation, 1e-8)));
    }),
  );
  let next = 0;
  params = buildParams(model.layout, () => weights[next++]);

  if (step === 1 || step % 50 === 0)
    console.log('step', step, 'loss', loss.dataSync()[0].toFixed(3));
}
console.log('the least possible:', twoMoons().entropy.toFixed(3));
