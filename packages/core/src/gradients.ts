export { registerGradients } from './lib/gradient-table.ts';
export { gradients, type NamedGradient } from './lib/gradients.ts';
