/** row[k] −= multiple · other[k], from `start` on. */
export function subtractMultiple(row: Float64Array, multiple: number, other: Float64Array, start = 0): void {
  for (let k = start; k < row.length; k++) row[k] = (row[k] as number) - multiple * (other[k] as number);
}
