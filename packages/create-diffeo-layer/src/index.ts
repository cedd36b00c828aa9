export { createPackage, type NewPackage } from './lib/create-package.ts';
export { Refusal } from './lib/refusal.ts';
