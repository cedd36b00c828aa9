/** The names under which densities of tables are kept: they are mixtures, of members of which none need be a flow. */
const mixtures: Readonly<Record<string, string>> = { mixture: 'a mixture', mixed: 'a mixture, of a mixed table' };

/** What a model is, in words, by the name of its flow. */
export function densityName(flow: string): { readonly what: 'flow' | 'density'; readonly name: string } {
  const mixture = Object.hasOwn(mixtures, flow) ? mixtures[flow] : undefined;
  return mixture === undefined ? { what: 'flow', name: flow } : { what: 'density', name: mixture };
}
