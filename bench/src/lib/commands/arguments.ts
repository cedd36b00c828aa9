/** The flag by which a benchmark does the least. */
export const smoke = {
  type: 'boolean',
  default: false,
  description: 'the smallest that shows that everything runs; measures nothing',
} as const;

/** The flag by which programs read results. */
export const json = { type: 'boolean', description: 'print one object and nothing else on stdout' } as const;
