interface RefusalInit {
  headers?: Record<string, string> | undefined;
  /** For the app's logger only. */
  detail?: string | undefined;
}

/** Ends the handling of one request. `message` goes to the client, so it quotes nothing and tells nothing. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly detail: string | undefined;

  constructor(status: number, message: string, { headers = {}, detail }: RefusalInit = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
    this.detail = detail;
  }
}
