/** What the exported file's recipe says of its parts. */
export interface Told {
  readonly activation?: string;
  readonly tailBound?: number;
  readonly scaleActivation?: Readonly<Record<string, unknown>>;
  readonly minBinWidth?: number;
  readonly minBinHeight?: number;
  readonly minDerivative?: number;
}
