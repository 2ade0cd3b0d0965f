/** An answer before it takes a runtime's form. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null for an answer that has no body. */
  readonly text: string | null;
}

/** What only the host of the coordinator can do for a request. */
export interface HostBindings {
  /** The body's bytes; undefined when it broke off. May end early once it is larger than `MAX_BODY_BYTES`. */
  body(): Promise<Uint8Array | undefined>;
  /** Puts an answer into the form that the host passes on. */
  respond(answer: Answer): Response;
  /** Cuts the connection that the request came on. */
  cut(): void;
}
