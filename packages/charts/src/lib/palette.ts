/** The colours of a picture, as CSS. Dark on white, and told apart without relying on red against green. */
export const palette = {
  paper: '#ffffff',
  ink: '#111827',
  muted: '#4b5563',
  rule: '#e5e7eb',
  train: '#2f74d9',
  validation: '#c2410c',
  baseline: '#1f2937',
} as const;

/** The family of every text in a picture: the one font whose files the renderer is given. */
export const fontFamily = 'DejaVu Sans';
