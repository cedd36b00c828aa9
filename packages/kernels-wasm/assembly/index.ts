export { conv, convScratch } from './convolutions/conv';
export { convFilterGradient, convFilterGradientScratch } from './convolutions/conv-filter-gradient';
export { col2im, col2imScratch } from './im2col/col2im';
export {
  addBorder,
  borderedBytes,
  dropBorder,
  im2col,
  im2colBytes,
  im2colTaps,
  tapLineBytes,
  tapPanels,
  tapTableBytes,
  writeTapTables,
} from './im2col/im2col';
export { packTapPanels, unpackTapPanels } from './im2col/im2col-filter';
export { activate, activationGradient } from './layers/activation';
export { affine, affineGradient } from './layers/affine';
export { channelMap, channelMapGradient, channelMapGradientScratch, channelMapScratch } from './layers/channel-map';
export {
  channelLogDetGradient,
  channelLogDets,
  channelScale,
  channelScaleGradient,
  channelScaleGradientScratch,
  channelScaleScratch,
} from './layers/channel-scale';
export { plu, pluGradient, pluGradientScratch, pluScratch } from './layers/plu';
export { add, addToColumns, gatherColumns, gatherRows, segmentSum, sumRows } from './memory/columns';
export { repeatGroups, sumGroups } from './memory/groups';
export { clear, copyRows, pack } from './memory/pack';
export { piecewiseLinear, piecewiseLinearScratch } from './piecewise-linear/piecewise-linear';
export { piecewiseLinearGradient, piecewiseLinearGradientScratch } from './piecewise-linear/piecewise-linear-gradient';
export {
  piecewiseLinearOrder,
  piecewiseLinearOrderBytes,
  piecewiseLinearOrderScratch,
} from './piecewise-linear/piecewise-linear-order';
export { maskedProduct, maskedProductScratch } from './products/masked-product';
export { maskedWeightGradient } from './products/masked-weight-gradient';
export { product, productScratch } from './products/product';
export { weightGradient, weightGradientScratch } from './products/weight-gradient';
// Exported so that the optimiser takes them for numbers that may change; nobody reads or sets them.
export * from './simd/math-constants';
export { setSimd256 } from './simd/simd256';
export { findNonzeros, transposedNonzeroBytes, transposeNonzeros } from './sparse/nonzero-bits';
export { addSparseColumns, addSparseTaps, sparseProduct } from './sparse/sparse-product';
export { spline } from './splines/spline';
export { splineGradient } from './splines/spline-gradient';
export { splineSavedBytes, splineScratch } from './splines/spline-shape';
export { adam, squaredNorm } from './training/adam';
