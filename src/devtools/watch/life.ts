import type { AuthState, BlockedBy, ConnectionState, Explanation } from 'stream-video-auth';

/** One token of a client, by its generation. Times are epoch milliseconds of the local clock. */
export interface TokenLife {
  readonly generation: number;
  readonly from: number;
  /** When it stopped being in use; absent while it is. */
  until?: number;
  end?: 'replaced' | 'refused' | 'rolled back' | 'session ended';
  expiresAt?: number;
  advisoryAt?: number;
  mandatoryAt?: number;
  acceptedAt?: number;
}

export interface SocketLife {
  readonly from: number;
  until?: number;
}

/** A time in which nobody is asked for a token. */
export interface Pause {
  readonly kind: 'back-off' | 'breaker' | 'suspension';
  readonly why: string;
  readonly from: number;
  until?: number;
}

export type MomentKind =
  | 'accepted'
  | 'refused'
  | 'rolled-back'
  | 'replay'
  | 'failed'
  | 'handshake'
  | 'handshake-refused'
  | 'drop'
  | 'note';

/** Something that happened, in words. */
export interface Happening {
  readonly id: number;
  readonly at: number;
  readonly kind: MomentKind;
  readonly what: string;
}

/** How a client is now. */
export interface Present {
  readonly auth: AuthState;
  readonly connection: ConnectionState;
  readonly explanation: Explanation;
  readonly at: number;
}

const TIMES = ['at', 'from', 'until', 'expiresAt', 'advisoryAt', 'mandatoryAt', 'acceptedAt'] as const;
const KEPT_TOKENS = 200;
const KEPT_SOCKETS = 200;
const KEPT_PAUSES = 200;
const KEPT_HAPPENINGS = 500;

/** What is known of a client's life so far, bounded. */
export class Life {
  present: Present | undefined;
  readonly tokens: TokenLife[] = [];
  readonly sockets: SocketLife[] = [];
  readonly pauses: Pause[] = [];
  readonly happenings: Happening[] = [];
  refusals = 0;
  #nextId = 1;

  note(at: number, kind: MomentKind, what: string): void {
    this.happenings.push({ id: this.#nextId, at, kind, what });
    this.#nextId += 1;
    cut(this.happenings, KEPT_HAPPENINGS);
  }

  /** A token is in use from now on, a former one perhaps for the second time. */
  use(generation: number, at: number): void {
    const current = this.tokenInUse;
    if (current?.generation === generation) return;
    if (current !== undefined) end(current, at, 'replaced');
    this.tokens.push({ generation, from: at });
    cut(this.tokens, KEPT_TOKENS);
  }

  endToken(at: number, how: NonNullable<TokenLife['end']>, generation?: number): void {
    const token = generation === undefined ? this.tokenInUse : this.#latest(generation);
    if (token !== undefined && token.until === undefined) end(token, at, how);
  }

  accept(generation: number, at: number): void {
    const token = this.#latest(generation);
    if (token !== undefined) token.acceptedAt ??= at;
  }

  get tokenInUse(): TokenLife | undefined {
    const last = this.tokens.at(-1);
    return last?.until === undefined ? last : undefined;
  }

  open(at: number): void {
    const last = this.sockets.at(-1);
    if (last !== undefined && last.until === undefined) return;
    this.sockets.push({ from: at });
    cut(this.sockets, KEPT_SOCKETS);
  }

  close(at: number): void {
    const last = this.sockets.at(-1);
    if (last !== undefined) last.until ??= at;
  }

  /** Nobody is asked for a token until then; without `until`, until somebody steps in. */
  pause({ kind, why, from, until }: Pause): void {
    const last = this.pauses.findLast((one) => one.kind === kind);
    const isSame = last !== undefined && (last.until === undefined || last.until > from);
    if (isSame && last.why === why) {
      if (until !== undefined) last.until = until;
      return;
    }
    if (isSame) last.until = from;
    this.pauses.push({ kind, why, from, ...(until !== undefined && { until }) });
    cut(this.pauses, KEPT_PAUSES);
  }

  /** What holds longer than this moment of these kinds has ended with it. */
  resume(at: number, isMeant: (kind: Pause['kind']) => boolean): void {
    for (const pause of this.pauses) {
      if (isMeant(pause.kind) && (pause.until ?? Number.POSITIVE_INFINITY) > at) pause.until = at;
    }
  }

  /** The local clock was put back: what has happened stays as long ago as it was. */
  shift(ms: number): void {
    const all = [...this.tokens, ...this.sockets, ...this.pauses, ...this.happenings];
    for (const one of all as unknown as Record<string, number | undefined>[])
      for (const name of TIMES) {
        const at = one[name];
        if (at !== undefined) one[name] = at + ms;
      }
  }

  #latest(generation: number): TokenLife | undefined {
    return this.tokens.findLast((token) => token.generation === generation);
  }
}

const BACK_OFF_WORDS: Readonly<Record<BlockedBy, string>> = {
  network: 'back-off: the network failed',
  provider: 'back-off: no token came',
  retry_after: 'wait: the provider asked for it',
  refusal: 'back-off: the server refused the token',
  early_refusal: 'back-off: tokens are refused at once',
  breaker: 'breaker: tokens of no use in a row',
};

export function wordsFor(by: BlockedBy): string {
  return BACK_OFF_WORDS[by];
}

function end(token: TokenLife, at: number, how: NonNullable<TokenLife['end']>): void {
  token.until = at;
  token.end = how;
}

function cut(list: unknown[], kept: number): void {
  if (list.length > kept) list.splice(0, list.length - kept);
}
