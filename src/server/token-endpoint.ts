import { isInstance } from '../shared/foreign-value.js';
import { ANONYMOUS_ID } from '../shared/token-format.js';
import { emptyAnswer, errorAnswer, tokenAnswer } from './answer.js';
import { discard, readTokenRequest, type TokenRequest } from './body.js';
import { createCallToken } from './call-token.js';
import { askLimiter } from './limiter.js';
import { Refusal } from './refusal.js';
import { readSecret } from './secret.js';
import { withinLimit } from './time-limit.js';
import {
  type HandlerSettings,
  type Identity,
  readHandlerOptions,
  type TokenHandlerOptions,
} from './token-handler-options.js';
import { createUserToken } from './user-token.js';

/** One token endpoint: reads a request, lets the app decide, mints, answers. */
export class TokenEndpoint {
  readonly #settings: HandlerSettings;

  constructor(options: TokenHandlerOptions) {
    this.#settings = readHandlerOptions(options);
  }

  async handle(request: Request): Promise<Response> {
    const { origins, methods } = this.#settings;
    let headers: Record<string, string> = {};
    try {
      if (request.method === 'OPTIONS') {
        return emptyAnswer({ Allow: this.#allow(), ...origins.preflightHeadersFor(request, methods) });
      }
      headers = origins.headersFor(request);
      return tokenAnswer(request, await this.#mint(request), headers);
    } catch (error) {
      const { status, message, headers: further } = this.#asRefusal(error);
      return errorAnswer(request, status, message, { ...headers, ...further });
    }
  }

  async #mint(request: Request): Promise<string> {
    const { methods, callToken, minting } = this.#settings;
    if (!methods.includes(request.method)) {
      throw new Refusal(405, 'Method not allowed', { headers: { Allow: this.#allow() } });
    }
    if (request.bodyUsed) {
      throw new Error('The body of the request was already read: call the handler before any body parser');
    }
    readSecret(minting());
    // Made before the body is read, which no clone can follow.
    const forAuthenticate = request.clone();
    const forCallToken = callToken && request.clone();
    try {
      const asked = await readTokenRequest(request);
      const identity = await this.#identify(forAuthenticate);
      await this.#count(request, identity);
      return await this.#decide(identity, asked, forCallToken);
    } finally {
      for (const copy of [request, forAuthenticate, forCallToken]) discard(copy?.body);
    }
  }

  async #identify(request: Request): Promise<Identity> {
    const identity = await withinLimit(this.#settings.authenticate(request), () => late('authenticate'));
    if (identity === null || identity === undefined) throw new Refusal(401, 'Nobody is signed in');
    const { userId, anonymous } = identity;
    // A session without a user is nobody's, and not an anonymous visitor's.
    const isNamed = typeof userId === 'string' && userId.trim() !== '' && userId !== ANONYMOUS_ID;
    if (isNamed === (anonymous === true) || (!isNamed && userId !== undefined)) {
      throw new Error('authenticate must answer with { userId }, { anonymous: true } or null');
    }
    return identity;
  }

  async #count(request: Request, identity: Identity): Promise<void> {
    const { limiter, limitKey } = this.#settings;
    if (!limiter) return;
    const key = limitKey
      ? await withinLimit(limitKey(request, identity), () => late('limitKey'))
      : identity.anonymous
        ? 'anonymous'
        : `user:${identity.userId}`;
    if (typeof key !== 'string') throw new Error('limitKey must answer with a string');
    const verdict = await withinLimit(askLimiter(limiter, key), () => late('The limiter'));
    if (!verdict.allowed) {
      throw new Refusal(429, 'Too many requests', {
        headers: { 'Retry-After': String(verdict.retryAfterSeconds) },
        detail: 'The limiter refused the request',
      });
    }
    if (verdict.failure)
      this.#settings.log.threw('The limiter failed, the request was let through', verdict.failure.reason);
  }

  async #decide(identity: Identity, asked: TokenRequest, request: Request | undefined): Promise<string> {
    const { userId, anonymous = false } = identity;
    if (asked.userId !== undefined && asked.userId !== (userId ?? ANONYMOUS_ID)) {
      throw forbidden('The request asks for a token of somebody else than who is signed in');
    }
    if (userId !== undefined && asked.callCids.length === 0) {
      return createUserToken({ ...this.#settings.minting(), userId });
    }
    const { callToken } = this.#settings;
    if (!callToken || !request) {
      throw forbidden('The request needs a call token, and the handler has no callToken function');
    }
    const { callCids: requestedCallCids, reason } = asked;
    const granting = callToken(request, { userId, anonymous, requestedCallCids, reason });
    const callCids = await withinLimit(granting, () => late('callToken'));
    if (!callCids || callCids.length === 0) throw forbidden('callToken granted no call');
    return createCallToken({ ...this.#settings.minting(), userId, callCids });
  }

  #asRefusal(error: unknown): Refusal {
    if (isInstance(error, Refusal)) {
      const { status, detail } = error;
      if (detail !== undefined) this.#settings.log[status < 500 ? 'refused' : 'failed'](detail, { status });
      return error;
    }
    this.#settings.log.threw('The token endpoint failed', error);
    return new Refusal(500, 'The token endpoint failed');
  }

  #allow(): string {
    return [...this.#settings.methods, 'OPTIONS'].join(', ');
  }
}

function late(whose: string): Refusal {
  return new Refusal(503, 'The token endpoint took too long', {
    detail: `${whose} took longer than its limit`,
  });
}

function forbidden(detail: string): Refusal {
  return new Refusal(403, 'This token may not be handed out', { detail });
}
