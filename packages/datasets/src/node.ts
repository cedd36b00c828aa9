export { readCsvFile } from './lib/csv/read-csv-file.ts';
export { type Digits, readDigits } from './lib/read-digits.ts';
