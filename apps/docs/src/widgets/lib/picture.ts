/** What a reader has set: the values of a widget's controls, by their names, and as `still` 1 where motion is unwelcome. */
export type State = Readonly<Record<string, number | string>>;

/** What a widget shows: HTML for each of its slots, by their names. */
export type Picture = Readonly<Record<string, string>>;

/** Draws a state. It may show several pictures on the way, and stops when the signal says that they are wanted no more. */
export type Painter<S extends State = State> = (
  state: S,
  show: (picture: Picture) => void,
  signal: AbortSignal,
) => Promise<void>;

/** What is asked of a widget's worker. */
export interface Request {
  readonly number: number;
  readonly state: State;
}

/** What a widget's worker says: a picture of the request, its end, or why there is none. */
export type Answer =
  | { readonly number: number; readonly picture: Picture }
  | { readonly number: number; readonly done: true }
  | { readonly number: number; readonly failure: string };
