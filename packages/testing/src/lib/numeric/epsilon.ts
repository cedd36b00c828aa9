/** The distance from 1 to the next float32 number, 2⁻²³: what every tolerance is derived from. */
export const epsilon = 2 ** -23;
