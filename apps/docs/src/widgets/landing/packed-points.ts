/** A drawing lies within ±3; a byte holds a coordinate of it. */
export const drawingEnd = 3;
/** So many points a drawing has at most. */
export const mostPoints = 400;
/** Fewer say too little. */
export const leastPoints = 3;

const toByte = (value: number): number => Math.max(0, Math.min(255, Math.round((value / drawingEnd + 1) * 127.5)));

/** Points x₀, y₀, x₁, y₁, … as bytes, to a fortieth. */
export const packPoints = (points: readonly number[]): Uint8Array => Uint8Array.from(points, toByte);

/** The opposite of {@link packPoints}; `null` for too few points, or too many. */
export function unpackPoints(bytes: Uint8Array): number[] | null {
  const count = bytes.length / 2;
  if (!Number.isInteger(count) || count < leastPoints || count > mostPoints) return null;
  return Array.from(bytes, (byte) => (byte / 127.5 - 1) * drawingEnd);
}
