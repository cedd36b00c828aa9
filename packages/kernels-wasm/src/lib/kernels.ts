/**
 * What `assembly/` exports. Addresses and steps are in bytes, counts in numbers; what each function does is said there.
 */
export interface Kernels {
  activate(at: number, count: number, activation: number, slope: number): void;
  activationGradient(dy: number, y: number, dz: number, count: number, activation: number): void;
  adam(
    table: number,
    tensors: number,
    scale: number,
    rate: number,
    beta1: number,
    beta2: number,
    epsilon: number,
  ): void;
  squaredNorm(table: number, tensors: number): number;
  add(a: number, b: number, count: number, sum: number): void;
  addToColumns(
    from: number,
    fromStep: number,
    other: number,
    rows: number,
    list: number,
    count: number,
    to: number,
    toStep: number,
  ): void;
  affine(
    x: number,
    step: number,
    rows: number,
    list: number,
    count: number,
    raw: number,
    bound: number,
    sign: number,
    logScales: number,
    scales: number,
    value: number,
    logDet: number,
  ): void;
  affineGradient(
    dValue: number,
    dLogDet: number,
    point: number,
    step: number,
    rows: number,
    list: number,
    count: number,
    logScales: number,
    bound: number,
    sign: number,
    scales: number,
    dx: number,
    dRaw: number,
  ): void;
  channelMap(
    x: number,
    rows: number,
    count: number,
    shift: number,
    logScale: number,
    matrix: number,
    forward: boolean,
    out: number,
    scratch: number,
  ): void;
  channelLogDets(
    logScale: number,
    channels: number,
    ofMatrix: number,
    positions: number,
    forward: boolean,
    batch: number,
    logDets: number,
  ): void;
  channelLogDetGradient(
    dLogDet: number,
    batch: number,
    positions: number,
    forward: boolean,
    dOfMatrix: number,
    dLogScale: number,
    channels: number,
  ): void;
  channelMapScratch(count: number): number;
  channelMapGradient(
    dValue: number,
    x: number,
    rows: number,
    count: number,
    shift: number,
    logScale: number,
    matrix: number,
    forward: boolean,
    dx: number,
    dShift: number,
    dLogScale: number,
    dMatrix: number,
    scratch: number,
  ): void;
  channelMapGradientScratch(count: number): number;
  channelScale(
    x: number,
    rows: number,
    count: number,
    shift: number,
    logScale: number,
    forward: boolean,
    out: number,
    scratch: number,
  ): void;
  channelScaleScratch(count: number): number;
  channelScaleGradient(
    dValue: number,
    x: number,
    rows: number,
    count: number,
    shift: number,
    logScale: number,
    forward: boolean,
    dx: number,
    dShift: number,
    dLogScale: number,
    scratch: number,
  ): void;
  channelScaleGradientScratch(count: number): number;
  clear(at: number, bytes: number): void;
  conv(
    shape: number,
    x: number,
    filter: number,
    backwards: boolean,
    bias: number,
    out: number,
    activation: number,
    slope: number,
    scratch: number,
  ): void;
  convScratch(shape: number): number;
  convFilterGradient(shape: number, x: number, dy: number, dFilter: number, scratch: number): void;
  convFilterGradientScratch(shape: number): number;
  addBorder(grid: number, x: number, bordered: number): void;
  addSparseColumns(
    a: number,
    masks: number,
    rows: number,
    inner: number,
    panels: number,
    columns: number,
    c: number,
  ): void;
  addSparseTaps(
    a: number,
    masks: number,
    rows: number,
    inner: number,
    b: number,
    panels: number,
    width: number,
    c: number,
  ): void;
  borderedBytes(grid: number): number;
  copyRows(from: number, fromStep: number, rows: number, columns: number, to: number, toStep: number): void;
  densePatchBytes(grid: number): number;
  densePatches(grid: number, tables: number, bordered: number, mirrored: boolean, patches: number): void;
  dropBorder(grid: number, bordered: number, bias: number, y: number): void;
  gatherColumns(
    from: number,
    fromStep: number,
    rows: number,
    list: number,
    count: number,
    to: number,
    toStep: number,
  ): void;
  gatherRows(from: number, ids: number, rows: number, columns: number, to: number): void;
  line(
    x: number,
    order: number,
    rows: number,
    units: number,
    v: number,
    start: number,
    columns: number,
    out: number,
    rectify: boolean,
    scratch: number,
  ): void;
  lineScratch(rows: number, units: number): number;
  lineGradient(
    x: number,
    order: number,
    rows: number,
    units: number,
    v: number,
    columns: number,
    dz: number,
    dx: number,
    dWeight: number,
    dBias: number,
    dV: number,
    scratch: number,
  ): void;
  lineGradientScratch(rows: number, units: number): number;
  lineOrder(x: number, rows: number, weight: number, bias: number, units: number, order: number, scratch: number): void;
  lineOrderBytes(rows: number, units: number): number;
  lineOrderScratch(rows: number, units: number): number;
  plu(
    permutation: number,
    sign: number,
    factors: number,
    size: number,
    bound: number,
    inverted: boolean,
    matrix: number,
    logDet: number,
    scratch: number,
  ): void;
  pluScratch(size: number): number;
  pluGradient(
    dMatrix: number,
    dLogDet: number,
    permutation: number,
    sign: number,
    factors: number,
    inverse: number,
    size: number,
    bound: number,
    dFactors: number,
    scratch: number,
  ): void;
  pluGradientScratch(size: number): number;
  maskRows(a: number, rowStep: number, rows: number, inner: number, masks: number): number;
  pack(b: number, innerStep: number, columnStep: number, inner: number, columns: number, panels: number): void;
  packTapPanels(
    grid: number,
    filter: number,
    inner: number,
    innerStep: number,
    channelStep: number,
    panels: number,
  ): void;
  product(
    a: number,
    aRowStep: number,
    aInnerStep: number,
    b: number,
    bInnerStep: number,
    bColumnStep: number,
    bias: number,
    c: number,
    rows: number,
    inner: number,
    columns: number,
    activation: number,
    slope: number,
    skipZeros: boolean,
    scratch: number,
  ): void;
  repeatGroups(from: number, groups: number, size: number, to: number): void;
  sumGroups(from: number, groups: number, size: number, sums: number): void;
  productScratch(rows: number, inner: number, columns: number, skipZeros: boolean): number;
  segmentSum(from: number, ids: number, rows: number, columns: number, segments: number, out: number): void;
  sparseProduct(
    a: number,
    masks: number,
    rows: number,
    inner: number,
    panels: number,
    columns: number,
    bias: number,
    c: number,
    rectify: boolean,
    keep: number,
    made: number,
  ): void;
  spreadScratch(): number;
  spreadTaps(
    grid: number,
    tables: number,
    a: number,
    masks: number,
    inner: number,
    panels: number,
    mirrored: boolean,
    bordered: number,
    scratch: number,
  ): void;
  sumRows(from: number, rows: number, columns: number, sums: number): void;
  tapLineBytes(grid: number): number;
  tapPanels(grid: number): number;
  tapPatches(grid: number, tables: number, bordered: number, mirrored: boolean, patches: number): void;
  tapTableBytes(grid: number): number;
  transposedMaskBytes(rows: number, inner: number): number;
  transposeMasks(masks: number, rows: number, inner: number, to: number): void;
  unpackTapPanels(
    grid: number,
    panels: number,
    inner: number,
    innerStep: number,
    channelStep: number,
    filter: number,
  ): void;
  weightGradient(
    h: number,
    dz: number,
    rows: number,
    inputs: number,
    outputs: number,
    skipZeros: boolean,
    dW: number,
    scratch: number,
  ): void;
  weightGradientScratch(rows: number, inputs: number, outputs: number, skipZeros: boolean): number;
  writeTapTables(grid: number, tables: number): void;
  setWide(to: boolean): void;
}
