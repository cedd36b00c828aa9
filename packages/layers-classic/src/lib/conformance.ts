/** How `diffeo check` tries the classic layers. */
export const conformance = {
  '@diffeo/layers-classic/planar': { capabilities: { usesContext: true } },
  '@diffeo/layers-classic/radial': { capabilities: { usesContext: true } },
  '@diffeo/layers-classic/sylvester': { capabilities: { usesContext: true } },
} as const;
