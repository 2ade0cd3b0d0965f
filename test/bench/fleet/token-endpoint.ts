import type { TokenProvider } from '../../../src/client/refresh/token-provider.js';
import { Rates } from './rates.js';
import type { VirtualTime } from './virtual-time.js';

/** What becomes of a request for a token. */
export type EndpointAnswer =
  | { readonly kind: 'token' }
  /** `retryAfterMs`: how long it asks to wait. */
  | { readonly kind: 'refused'; readonly retryAfterMs?: number }
  | { readonly kind: 'silence' }
  /** A string that is no token, as from a broken deployment. */
  | { readonly kind: 'unusable' };

interface EndpointOptions {
  readonly time: VirtualTime;
  /** From the request to its answer. */
  readonly latencyMs: number;
  /** The life of the next token, in whole seconds. */
  readonly lifeSeconds: () => number;
  readonly binMs?: number;
}

const HEADER = encode({ alg: 'HS256' });
const TOKEN: EndpointAnswer = { kind: 'token' };
const REFUSED: EndpointAnswer = { kind: 'refused' };

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** The app's token endpoint, as all clients of the fleet see it: it counts who asks, and when. */
export class TokenEndpoint {
  /** Each request, when it was made. */
  readonly asked: Rates;
  /** Each token, when it was made. */
  readonly answered: Rates;
  /** Decides about each request when it has arrived. */
  answer: () => EndpointAnswer = () => TOKEN;
  readonly #time: VirtualTime;
  readonly #latencyMs: number;
  readonly #lifeSeconds: () => number;
  #serial = 0;

  constructor({ time, latencyMs, lifeSeconds, binMs = 1_000 }: EndpointOptions) {
    this.#time = time;
    this.#latencyMs = latencyMs;
    this.#lifeSeconds = lifeSeconds;
    this.asked = new Rates(binMs);
    this.answered = new Rates(binMs);
  }

  /** What the app of one client passes as its `tokenProvider`. */
  providerOf(userId: string): TokenProvider {
    return () =>
      new Promise((resolve, reject) => {
        this.asked.add(this.#time.nowMs);
        this.#time.after(this.#latencyMs, () => {
          const { kind, ...answer } = this.answer();
          if (kind === 'token') resolve(this.#mint(userId));
          else if (kind === 'unusable') resolve('unusable');
          else if (kind === 'refused') reject(Object.assign(new Error('503'), answer));
        });
      });
  }

  #mint(userId: string): string {
    this.answered.add(this.#time.nowMs);
    this.#serial += 1;
    const iat = Math.floor(this.#time.wallMs / 1_000);
    const claims = { user_id: userId, iat, exp: iat + this.#lifeSeconds(), jti: this.#serial };
    return `${HEADER}.${encode(claims)}.c2ln`;
  }
}

/** Lets so many through in each second of virtual time, and no more. */
export function limitPerSecond(time: VirtualTime, perSecond: number): () => boolean {
  let second = -1;
  let used = 0;
  return () => {
    const now = Math.floor(time.nowMs / 1_000);
    if (now !== second) used = 0;
    second = now;
    used += 1;
    return used <= perSecond;
  };
}

/** Answers so many requests in each second, and refuses the others at once. */
export function overloadedBeyond(time: VirtualTime, perSecond: number): () => EndpointAnswer {
  const isFree = limitPerSecond(time, perSecond);
  return () => (isFree() ? TOKEN : REFUSED);
}
