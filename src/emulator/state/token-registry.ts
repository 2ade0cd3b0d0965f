import { parseToken, signToken, verifySignature } from '../../server/sign.js';
import { newTokenClaims } from '../../shared/token-format.js';
import type { EmulatedClock } from './clock.js';
import { redact } from './journal-redaction.js';

/** Claims of a token, as far as the coordinator cares; others are tolerated. */
export type Claims = Readonly<Record<string, unknown>>;

/** What ended a token before its `exp`. */
export type TokenEnd = 'expired' | 'revoked';

/** A token that the emulator minted or saw, without the token. */
export interface KnownToken {
  readonly id: number;
  readonly userId: string;
  readonly claims: Claims;
  /** The claims as they may be shown. */
  readonly shownClaims: Claims;
  readonly firstSeenAt: number;
  /** False for one that came while auth checks were off. */
  readonly isSigned: boolean;
  /** Whether it came with a request and was well formed: then its claims are not read again. */
  wasRead: boolean;
  ended?: TokenEnd | undefined;
  endedAt?: number | undefined;
}

/** So many tokens are remembered; a fault judges older ones by their `iat`. */
export const REMEMBERED_TOKENS = 20_000;

interface Cutoff {
  seconds: number;
  why: TokenEnd;
}

/** Mints tokens, remembers each one that was minted or seen, and refuses those that a fault has ended. */
export class TokenRegistry {
  readonly #secret: string;
  readonly #mediaSecret: string;
  readonly #clock: EmulatedClock;
  readonly #onChange: (token: KnownToken) => void;
  readonly #known = new Map<string, KnownToken>();
  readonly #cutoffs = new Map<string, Cutoff>();
  #cutoffForAll: Cutoff | undefined;
  #nextId = 1;

  constructor(secret: string, clock: EmulatedClock, onChange: (token: KnownToken) => void) {
    this.#secret = secret;
    this.#mediaSecret = `${secret}:media`;
    this.#clock = clock;
    this.#onChange = onChange;
  }

  /** Signs a token for a user: `iat` a second back, `exp` only when a life is given, a `jti`, and the claims. */
  async mint(userId: string, expiresInSeconds: number | undefined, more: Claims = {}): Promise<string> {
    const claims: Claims = {
      user_id: userId,
      ...newTokenClaims(this.#clock.now(), expiresInSeconds ?? null),
      ...more,
    };
    const token = await signToken(claims, this.#secret);
    // As a request will bring them: without what JSON leaves out.
    const sent: Claims = JSON.parse(JSON.stringify(claims));
    this.#add(token, { userId, claims: sent, isSigned: true, wasRead: false, ended: undefined });
    return token;
  }

  /** Signs claims as they are for the media server: with a key of its own, so that neither side takes the other's tokens. */
  signForMedia(claims: Claims): Promise<string> {
    return signToken(claims, this.#mediaSecret);
  }

  /** The claims of a token that `signForMedia` has signed and that has not expired; undefined for any other. */
  async readForMedia(token: string): Promise<Claims | undefined> {
    if (!(await verifySignature(token, this.#mediaSecret))) return undefined;
    const claims = parseToken(token)?.claims;
    return Number(claims?.exp) * 1000 > this.#clock.now() ? claims : undefined;
  }

  /** Takes note of a token that passed the signature check; one that is new here and older than a cutoff is refused from now on. */
  remember(token: string, userId: string, claims: Claims, isSigned: boolean): KnownToken {
    const known = this.#known.get(token);
    if (known !== undefined && known.isSigned === isSigned) {
      known.wasRead = true;
      return known;
    }
    const ended = known?.ended ?? this.#cutoffOf(userId, claims);
    return this.#add(token, { userId, claims, isSigned, wasRead: true, ended });
  }

  /** What would be known of a token if it came now; it does not count as seen. */
  unseen(userId: string, claims: Claims): Pick<KnownToken, 'userId' | 'claims' | 'ended'> {
    return { userId, claims, ended: this.#cutoffOf(userId, claims) };
  }

  find(token: string): KnownToken | undefined {
    return this.#known.get(token);
  }

  /** The newest tokens, oldest of them first. */
  latest(count: number): KnownToken[] {
    return [...this.#known.values()].slice(-count);
  }

  /**
   * Ends every token known so far, of one user or of all, and any unknown one issued earlier than the second
   * before. A token minted afterwards works.
   */
  end(why: TokenEnd, userId?: string): void {
    const now = this.#clock.now();
    for (const token of this.#known.values()) {
      if (token.ended !== undefined || (userId !== undefined && token.userId !== userId)) continue;
      token.ended = why;
      token.endedAt = now;
      this.#onChange(token);
    }
    const cutoff: Cutoff = { seconds: Math.floor(now / 1000) - 1, why };
    if (userId === undefined) this.#cutoffForAll = cutoff;
    else this.#cutoffs.set(userId, cutoff);
  }

  /** Takes every refusal back. */
  restore(): void {
    this.#cutoffs.clear();
    this.#cutoffForAll = undefined;
    for (const token of this.#known.values()) {
      if (token.ended === undefined) continue;
      token.ended = undefined;
      token.endedAt = undefined;
      this.#onChange(token);
    }
  }

  #cutoffOf(userId: string, claims: Claims): TokenEnd | undefined {
    const cutoffs = [this.#cutoffForAll, this.#cutoffs.get(userId)];
    return cutoffs.find((one) => one !== undefined && isIssuedBefore(claims, one.seconds))?.why;
  }

  #add(
    token: string,
    { ended, ...seen }: Pick<KnownToken, 'userId' | 'claims' | 'isSigned' | 'wasRead' | 'ended'>,
  ): KnownToken {
    const now = this.#clock.now();
    const shownClaims = redact(seen.claims) as Claims;
    const known: KnownToken = { ...seen, id: this.#nextId, shownClaims, firstSeenAt: now };
    this.#nextId += 1;
    if (ended !== undefined) {
      known.ended = ended;
      known.endedAt = now;
    }
    this.#known.set(token, known);
    if (this.#known.size > REMEMBERED_TOKENS) {
      const oldest = this.#known.keys().next().value;
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#onChange(known);
    return known;
  }
}

/** A token without `iat` counts as issued before any moment. */
export function isIssuedBefore(claims: Claims, seconds: number): boolean {
  return typeof claims.iat !== 'number' || claims.iat < seconds;
}
