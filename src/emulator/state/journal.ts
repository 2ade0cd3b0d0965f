import { redactText } from './journal-redaction.js';

/** What arrived at the emulator and how it was answered. Tokens appear as decoded claims only. */
export interface RecordedRequest {
  /** Counts up from 1. */
  readonly id: number;
  /** `socket` is a handshake: the auth frame of a WebSocket. */
  readonly kind: 'http' | 'socket';
  /** Epoch milliseconds by the emulator's clock. */
  readonly at: number;
  /** In upper case. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** Decoded; secrets replaced. */
  readonly query: Readonly<Record<string, string>>;
  /** Lower-case names; tokens and other secrets replaced. */
  readonly headers: Readonly<Record<string, string>>;
  /** The operation's name in the vendor's specification; undefined for a path that does not exist. */
  operation?: string | undefined;
  /** The parsed body, or the auth frame of a handshake. */
  body?: unknown;
  /** What `stream-auth-type` said. */
  authType?: string | undefined;
  /** Claims of the token, decoded; undefined when none came or it could not be read. */
  claims?: Readonly<Record<string, unknown>> | undefined;
  /** A number per distinct token, the same for the same token. */
  tokenId?: number | undefined;
  /** Whom the token names. */
  userId?: string | undefined;
  /** Of the socket that a watching request, or the handshake, belongs to. */
  connectionId?: string | undefined;
  /** 101 for an accepted handshake; undefined while the answer is on its way, and when the line was cut. */
  status?: number | undefined;
  /** The coordinator's code of a refusal. */
  apiCode?: number | undefined;
  /** The coordinator's words about a refusal. */
  message?: string | undefined;
  /** Milliseconds from the arrival to the end of the answer; undefined until then. */
  durationMs?: number | undefined;
  /** The fault that decided the answer. */
  fault?: string | undefined;
}

/** So many requests are kept at least: a day of clicking, or a soak test's last minutes. */
export const KEPT_REQUESTS = 10_000;

/** The requests of one emulator, newest last, bounded. */
export class Journal {
  #requests: RecordedRequest[] = [];
  #nextId = 1;

  all(): readonly RecordedRequest[] {
    return [...this.#requests];
  }

  get count(): number {
    return this.#nextId - 1;
  }

  begin(request: Omit<RecordedRequest, 'id'>): RecordedRequest {
    const recorded: RecordedRequest = { id: this.#nextId, ...request, path: redactText(request.path) };
    if (recorded.authType !== undefined) recorded.authType = redactText(recorded.authType);
    if (recorded.connectionId !== undefined) recorded.connectionId = redactText(recorded.connectionId);
    this.#nextId += 1;
    this.#requests.push(recorded);
    // Cut in blocks: shifting one by one costs a copy per request.
    if (this.#requests.length >= KEPT_REQUESTS * 1.2) this.#requests = this.#requests.slice(-KEPT_REQUESTS);
    return recorded;
  }

  /** The newest requests, oldest of them first. */
  latest(count: number): RecordedRequest[] {
    return this.#requests.slice(-count).map((request) => ({ ...request }));
  }

  clear(): void {
    this.#requests = [];
  }
}
