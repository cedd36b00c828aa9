/** A covariance of more dimensions takes longer than the training of a small flow. */
export const maxCovariances = 256;
