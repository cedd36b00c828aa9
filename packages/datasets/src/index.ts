export { type CsvNote, type CsvOptions, missingValues, type ReadTable } from './lib/csv/csv-options.ts';
export type { CsvSource } from './lib/csv/csv-source.ts';
export { parseCsv } from './lib/csv/parse-csv.ts';
export { type CsvRefusal, refusalOf, withAdvice } from './lib/csv/problems/csv-refusal.ts';
export { checkBins, checkFinite, checkIndependent, checkVarying } from './lib/data/check-rows.ts';
export {
  type Atom,
  type Column,
  type ColumnKind,
  columnKinds,
  columnNames,
  type DatePeriod,
  datePeriods,
  rawNumber,
} from './lib/data/column.ts';
export { type Dataset, datasetFrom, takeRows, toTensor } from './lib/data/dataset.ts';
export { describeColumns } from './lib/data/describe-columns.ts';
export { dateText } from './lib/data/kinds/date-format.ts';
export { type Learnable, type LearnableOptions, learnable } from './lib/data/learnable.ts';
export type { Numbers } from './lib/data/numbers.ts';
export { onSteps } from './lib/data/on-steps.ts';
export { type Parts, type Split, split } from './lib/data/split.ts';
export { takeColumns } from './lib/data/take-columns.ts';
export { dequantizerDefinitions } from './lib/preprocessing/dequantizer-definitions.ts';
export { horizontalFlips } from './lib/preprocessing/horizontal-flips.ts';
export { padImages } from './lib/preprocessing/pad-images.ts';
export { uniformDequantize } from './lib/preprocessing/uniform-dequantize.ts';
export { variationalDequantize } from './lib/preprocessing/variational-dequantize.ts';
export { readTable, readTables, tableReaders } from './lib/readers/read-table.ts';
export type { ByteSource, Reader, TableReader } from './lib/readers/reader.ts';
export { checkerboard } from './lib/toys/checkerboard.ts';
export { concentricRings, type RingsOptions, rings } from './lib/toys/concentric-rings.ts';
export { eightGaussians } from './lib/toys/eight-gaussians.ts';
export { type PinwheelOptions, pinwheel } from './lib/toys/pinwheel.ts';
export { standardNormal2d } from './lib/toys/standard-normal-2d.ts';
export { swissRoll } from './lib/toys/swiss-roll.ts';
export { toyDensities } from './lib/toys/toy-densities.ts';
export { type Point, type Points, type ToyDensity, type ToyDensityParts, toyDensity } from './lib/toys/toy-density.ts';
export { twoMoons } from './lib/toys/two-moons.ts';
export { twoSpirals } from './lib/toys/two-spirals.ts';
export { csvLine } from './lib/writers/csv-writer.ts';
export type { PutPiece, TableOutput, TableWriter, WriteOptions, WrittenColumn } from './lib/writers/table-writer.ts';
export { encodeTable, tableWriter, tableWriterOf, tableWriters } from './lib/writers/write-table.ts';
