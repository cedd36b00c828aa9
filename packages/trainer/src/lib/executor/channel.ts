/** One end of a way for messages between the caller and a worker. Messages are data that can be structurally cloned. */
export interface Port {
  /** Sends a message. Whoever can moves the buffers instead of copying them; they are not used here again. */
  post(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Messages come in the order in which they were sent. Called once, before the first can come. */
  onMessage(receive: (message: unknown) => void): void;
}

/** The caller's end, which the worker's life hangs on: threads, web workers, a socket to a process. */
export interface Channel extends Port {
  /** Whether a `SharedArrayBuffer` that is posted is the same memory at the other end. */
  readonly sharesMemory: boolean;
  /** Called once when the worker ends by itself, with the reason. */
  onDeath(receive: (reason: string) => void): void;
  /** Ends the worker. Nothing comes from it afterwards. */
  end(): Promise<void>;
}

/** Messages by topic beside those of tasks: what tasks say to each other's ends while they run. */
export interface CallerNotes {
  post(worker: number, topic: string, body: unknown, transfer?: readonly ArrayBuffer[]): void;
  /** Listens until what it returns is called. A topic has one listener. */
  on(topic: string, receive: (worker: number, body: unknown) => void): () => void;
}

/** {@link CallerNotes} at a worker's end. */
export interface WorkerNotes {
  post(topic: string, body: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(topic: string, receive: (body: unknown) => void): () => void;
}
