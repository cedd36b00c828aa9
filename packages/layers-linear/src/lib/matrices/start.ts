/** The matrix that a linear layer begins with. */
export type Start = 'identity' | 'rotation';
