export { actnorm } from './lib/actnorm.ts';
export { conformance } from './lib/conformance.ts';
export { glowDefinitions } from './lib/glow-definitions.ts';
export { haar } from './lib/images/haar.ts';
export { multiScale } from './lib/images/multi-scale.ts';
export { squeeze, unsqueeze } from './lib/images/squeeze.ts';
export {
  type GlowOptions,
  glow,
  type ImageCouplingFor,
  type ImageCouplingRequest,
  type LinearFor,
} from './lib/presets/glow.ts';
export { type RealNVPImageOptions, realNVPImage } from './lib/presets/real-nvp-image.ts';
