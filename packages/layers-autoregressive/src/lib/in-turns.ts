import type { Call, Turns } from '@diffeo/core';
import { tidied } from '@diffeo/core/engine';
import { concat, slice, type Tensor } from '@tensorflow/tfjs-core';

/**
 * u, `[batch, size]`, group by group: each from its part of `v` and from what the network makes of the groups before, of which
 * it keeps what it computed. All turns together cost one pass.
 *
 * @param solve u of a group, from its part of `v` `[batch, count]` and the raw parameters `[batch, parameters · count]`
 */
export function solvedInTurns<P>(
  { groups, begin, next }: Turns<P>,
  params: P,
  v: Tensor,
  call: Call,
  solve: (v: Tensor, raw: Tensor) => Tensor,
): Tensor {
  const batch = v.shape[0] as number;
  const found: { readonly begin: number; readonly value: Tensor }[] = [];
  let state = begin(params, batch, call);
  for (const [turn, { begin: from, count }] of groups().entries()) {
    const known = found.at(-1)?.value ?? null;
    const turned = tidied(() => {
      const [raw, after] = next(params, state, turn, known);
      return { value: solve(slice(v, [0, from], [batch, count]), raw), after };
    });
    found.push({ begin: from, value: turned.value });
    for (const tensor of state) if (!turned.after.includes(tensor)) tensor.dispose();
    state = turned.after;
  }
  return concat(
    found.sort((a, b) => a.begin - b.begin).map(({ value }) => value),
    1,
  );
}
