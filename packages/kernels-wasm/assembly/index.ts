export { activate, activationGradient } from './activation';
export { adam, squaredNorm } from './adam';
export { affine, affineGradient } from './affine';
export { channelMap, channelMapGradient, channelMapGradientScratch, channelMapScratch } from './channel-map';
export {
  channelLogDetGradient,
  channelLogDets,
  channelScale,
  channelScaleGradient,
  channelScaleGradientScratch,
  channelScaleScratch,
} from './channel-scale';
export { add, addToColumns, gatherColumns, gatherRows, segmentSum, sumRows } from './columns';
export { conv, convScratch } from './conv';
export { convFilterGradient, convFilterGradientScratch } from './conv-filter-gradient';
export { repeatGroups, sumGroups } from './groups';
export { line, lineScratch } from './line';
export { lineGradient, lineGradientScratch } from './line-gradient';
export { lineOrder, lineOrderBytes, lineOrderScratch } from './line-order';
export { maskRows, transposedMaskBytes, transposeMasks } from './mask';
// Exported so that the optimiser takes them for numbers that may change; nobody reads or sets them.
export * from './math-constants';
export { clear, copyRows, pack } from './pack';
export { plu, pluGradient, pluGradientScratch, pluScratch } from './plu';
export { product, productScratch } from './product';
export { addSparseColumns, addSparseTaps, sparseProduct } from './sparse-product';
export { spreadScratch, spreadTaps } from './spread-taps';
export { packTapPanels, unpackTapPanels } from './tap-filter';
export {
  addBorder,
  borderedBytes,
  densePatchBytes,
  densePatches,
  dropBorder,
  tapLineBytes,
  tapPanels,
  tapPatches,
  tapTableBytes,
  writeTapTables,
} from './tap-grid';
export { weightGradient, weightGradientScratch } from './weight-gradient';
export { setWide } from './wide';
