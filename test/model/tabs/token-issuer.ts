import { fakeToken } from '../../support/tokens.js';

/** Who a tab is for: tabs with the same three share tokens, others never do. */
export interface Identity {
  readonly apiKey: string;
  readonly userId: string;
}

export const channelOf = ({ apiKey, userId }: Identity, baseUrl: string) =>
  `stream-video-auth:${JSON.stringify([apiKey, userId, baseUrl])}`;

export interface Claims {
  readonly user_id: string;
  readonly iat: number;
  readonly exp: number;
}

export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

export type Verdict = 'good' | 40 | 43;

/** Makes tokens and judges them: what it has not made is forged. */
export class TokenIssuer {
  readonly #made = new Map<string, Identity>();
  readonly #revoked = new Set<string>();
  readonly #poisoned = new Set<string>();
  #serial = 0;

  mint(identity: Identity, lifeSeconds: number): string {
    const token = this.#write(identity.userId, lifeSeconds);
    this.#made.set(token, identity);
    return token;
  }

  forge(userId: string, lifeSeconds: number): string {
    return this.#write(userId, lifeSeconds);
  }

  /** For whom a token was made; undefined for a forged one. */
  ownerOf(token: string): Identity | undefined {
    return this.#made.get(token);
  }

  revokeAll({ apiKey, userId }: Identity): void {
    for (const [token, owner] of this.#made)
      if (owner.apiKey === apiKey && owner.userId === userId) this.#revoked.add(token);
  }

  /** From now on its signature is refused. */
  poison(token: string): void {
    this.#poisoned.add(token);
  }

  judge({ apiKey, userId }: Identity, token: string): Verdict {
    const owner = this.#made.get(token);
    if (!owner || this.#poisoned.has(token) || owner.apiKey !== apiKey || owner.userId !== userId) return 43;
    return this.#revoked.has(token) || claimsOf(token).exp * 1_000 <= Date.now() ? 40 : 'good';
  }

  #write(userId: string, lifeSeconds: number): string {
    this.#serial += 1;
    const now = Math.floor(Date.now() / 1_000);
    return fakeToken({ user_id: userId, iat: now, exp: now + lifeSeconds, jti: String(this.#serial) });
  }
}
