export { activate, activationGradient } from './activation';
export { adam, squaredNorm } from './adam';
export { affine, affineGradient } from './affine';
export { add, addToColumns, gatherColumns, segmentSum, sumRows } from './columns';
export { conv, convScratch } from './conv';
export { convFilterGradient, convFilterGradientScratch } from './conv-filter-gradient';
export { copyRows } from './pack';
export { product, productScratch } from './product';
export { weightGradient, weightGradientScratch } from './weight-gradient';
