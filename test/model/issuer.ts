import { UnauthorizedError } from 'stream-video-auth';
import { fakeToken } from '../support/tokens.js';
import { unreadables } from '../support/unreadable.js';
import type { ModelCoordinator } from './coordinator.js';
import type { WorldClock } from './time.js';

/** How the app's token endpoint behaves. */
export const ISSUER_MODES = [
  'ok',
  'slow',
  'late',
  'hangs',
  'rejects',
  'rejects_with_nothing',
  'throws',
  'retry_after',
  'unauthorized',
  'expired',
  'wrong_user',
  'same',
  'garbage',
  'forged',
  'early',
  'no_expiry',
  'reenters',
  'unreadable_error',
  'unreadable_answer',
] as const;
export type IssuerMode = (typeof ISSUER_MODES)[number];

/** What throws when it is looked at; errors of the package itself mean something and are left out. */
export const UNREADABLE = unreadables().filter(({ isOurs }) => !isOurs);

/** What a `Retry-After` may look like, and how long it asks to wait once it is read. */
const RETRY_AFTERS: readonly (readonly [value: () => object, asksMs: number | undefined])[] = [
  [() => ({ retryAfter: 3 }), 3_000],
  [() => ({ retryAfter: 3_600 }), 300_000],
  [() => ({ retryAfterMs: 20_000 }), 20_000],
  [() => ({ retryAfter: new Date(Date.now() + 40_000) }), 40_000],
  [() => ({ retryAfter: Number.NaN }), undefined],
  [() => ({ retryAfter: 'soon' }), undefined],
];

/** The app's own server: mints tokens for one user, well or badly. */
export class Issuer {
  mode: IssuerMode = 'ok';
  lifeSeconds: number;
  /** Whether it signs with another secret than the coordinator's. */
  isSecretWrong = false;
  readonly #coordinator: ModelCoordinator;
  readonly #clock: WorldClock;
  readonly #areTokensUnique: boolean;
  #serial = 0;
  #last: string | undefined;

  constructor(
    coordinator: ModelCoordinator,
    clock: WorldClock,
    { lifeSeconds, areTokensUnique }: { lifeSeconds: number; areTokensUnique: boolean },
  ) {
    this.#coordinator = coordinator;
    this.#clock = clock;
    this.lifeSeconds = lifeSeconds;
    this.#areTokensUnique = areTokensUnique;
  }

  /** A token that the coordinator's secret has signed, a second old as official server SDKs make them. */
  mint(userId: string, { ageSeconds = 1, lifeSeconds = this.lifeSeconds, exp = true } = {}): string {
    const token = this.#write(userId, ageSeconds, lifeSeconds, exp);
    if (!this.isSecretWrong) this.#coordinator.trust(token);
    this.#last = token;
    return token;
  }

  /** A token that the coordinator itself makes, for a guest. */
  mintAtCoordinator(userId: string): string {
    return this.#coordinator.trust(this.#write(userId, 1, this.lifeSeconds, true));
  }

  /** Another thing each time that throws when it is looked at. */
  unreadable(): unknown {
    this.#serial += 7;
    return UNREADABLE[this.#serial % UNREADABLE.length]?.make();
  }

  /** A token signed by somebody else. */
  forge(userId: string): string {
    this.#serial += 1;
    return fakeToken({
      user_id: userId,
      iat: this.#nowSeconds,
      exp: this.#nowSeconds + 3600,
      jti: `forged-${this.#serial}`,
    });
  }

  async answer(userId: string, note: (retryAfterMs: number) => void): Promise<unknown> {
    switch (this.mode) {
      case 'slow':
        await this.#clock.wait(4_000);
        return this.mint(userId);
      case 'late':
        await this.#clock.wait(13_000);
        return this.mint(userId);
      case 'hangs':
        return new Promise(() => {});
      case 'rejects':
        await this.#clock.wait(40);
        throw new Error('the token endpoint is out of order');
      case 'rejects_with_nothing':
        return Promise.reject();
      case 'retry_after': {
        await this.#clock.wait(40);
        this.#serial += 1;
        const [make, asksMs] = RETRY_AFTERS[
          this.#serial % RETRY_AFTERS.length
        ] as (typeof RETRY_AFTERS)[number];
        if (asksMs !== undefined) note(asksMs);
        throw Object.assign(new Error('429'), make());
      }
      case 'unauthorized':
        throw new UnauthorizedError();
      case 'unreadable_error':
        await this.#clock.wait(40);
        throw this.unreadable();
      case 'unreadable_answer':
        return this.unreadable();
      case 'garbage':
        await this.#clock.wait(40);
        return '<html>sign in</html>';
    }
    await this.#clock.wait(40);
    return this.#token(userId);
  }

  #token(userId: string): string {
    switch (this.mode) {
      case 'expired':
        return this.mint(userId, { ageSeconds: this.lifeSeconds + 60 });
      case 'wrong_user':
        return this.mint('somebody-else');
      case 'same':
        return this.#last ?? this.mint(userId);
      case 'forged':
        return this.forge(userId);
      case 'early':
        return this.mint(userId, { ageSeconds: -2 });
      case 'no_expiry':
        return this.mint(userId, { exp: false });
      default:
        return this.mint(userId);
    }
  }

  #write(userId: string, ageSeconds: number, lifeSeconds: number, hasExpiry: boolean): string {
    this.#serial += 1;
    const iat = this.#nowSeconds - ageSeconds;
    const isAnonymous = userId === '!anon';
    return fakeToken({
      user_id: userId,
      iat,
      // A call token has to have an expiry.
      ...((hasExpiry || isAnonymous) && { exp: iat + lifeSeconds }),
      ...(isAnonymous && { call_cids: ['default:open'] }),
      ...(this.#areTokensUnique && { jti: String(this.#serial) }),
    });
  }

  get #nowSeconds(): number {
    return Math.floor(this.#clock.nowMs / 1000);
  }
}
