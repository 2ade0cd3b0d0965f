import { StreamVideo, type TokenProviderContext, UnauthorizedError } from 'stream-video-auth';
import { answer, refusal } from '../../support/fake-coordinator.js';
import type { PageProcess } from './simulated-browser.js';
import { claimsOf, type Identity, type TokenIssuer } from './token-issuer.js';

export const BASE_URL = 'https://coordinator.example';
export const FETCH_MS = 20;
/** So many refused tokens a tab remembers. */
const REMEMBERED = 8;

export const MODES = ['well', 'well', 'well', 'slow', 'down', 'hangs', 'short', 'signed_out'] as const;
export type Mode = (typeof MODES)[number];

export interface ProviderCall {
  readonly reason: TokenProviderContext['reason'];
  readonly atMs: number;
  /** What the tab held then. */
  readonly held: string | undefined;
  readonly signal: AbortSignal;
  isOver: boolean;
}

export interface Wish {
  readonly what: 'request' | 'refresh';
  /** For how long the page was awake when it was made. */
  readonly atAwakeMs: number;
  outcome?: { readonly isOk: boolean; readonly value: unknown };
}

const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** One tab: a page with a client, a provider and what is known of both. */
export class Tab {
  readonly client: StreamVideo;
  readonly calls: ProviderCall[] = [];
  readonly wishes: Wish[] = [];
  /** What its server has refused it. */
  readonly refused = new Set<string>();
  mode: Mode = 'well';
  latencyMs = 50;
  lifeSeconds = 60;
  awakeMs = 0;
  isEnded = false;
  wasSignedOut = false;
  /** When the best offer ends that has come and that it has had no reason to give up since, in seconds. */
  bestOffer = 0;
  /** So many of its calls have been looked at. */
  callsChecked = 0;
  /** What it held when somebody looked last. */
  lastHeld: string | undefined;
  /** What was wrong with a token that it took from another tab. */
  wronglyAdopted: string | undefined;

  constructor(
    readonly name: string,
    readonly page: PageProcess,
    readonly identity: Identity,
    readonly issuer: TokenIssuer,
  ) {
    const { apiKey, userId } = identity;
    this.client = page.run(
      () =>
        new StreamVideo({
          apiKey,
          baseUrl: BASE_URL,
          user: { id: userId },
          tabs: 'shared',
          logger: 'silent',
          tokenProvider: (context) => this.#provide(context),
          fetch: (_input, init) => this.#answer(new Headers(init?.headers).get('authorization') ?? ''),
        }),
    );
    this.client.on('token.refreshed', ({ reason }) => {
      if (reason === 'shared') this.#lookAtAdopted();
      // What its own provider brings for another reason is taken whatever its life.
      if (reason !== 'shared' && reason !== 'expiring') this.bestOffer = 0;
    });
  }

  #lookAtAdopted(): void {
    const { lastHeld, refused } = this;
    const { token = '' } = this.client;
    if ([...refused].slice(-REMEMBERED).includes(token)) this.wronglyAdopted = 'it had been refused here';
    const isKept = lastHeld !== undefined && !refused.has(lastHeld);
    if (isKept && claimsOf(token).exp <= claimsOf(lastHeld).exp)
      this.wronglyAdopted = 'it lives no longer than the own one';
    this.lastHeld = token;
  }

  wish(what: Wish['what']): Wish {
    const wish: Wish = { what, atAwakeMs: this.awakeMs };
    this.wishes.push(wish);
    const { client } = this;
    const settle = (isOk: boolean) => (value: unknown) => {
      wish.outcome = { isOk, value };
    };
    this.page
      .run(() => (what === 'request' ? client.request('GET', '/edges') : client.auth.refresh()))
      .then(settle(true), settle(false));
    return wish;
  }

  async #provide({ reason, signal }: TokenProviderContext): Promise<string> {
    const call: ProviderCall = { reason, atMs: Date.now(), held: this.client.token, signal, isOver: false };
    this.calls.push(call);
    try {
      await wait(this.mode === 'slow' ? 2_000 : this.latencyMs);
      if (this.mode === 'down') throw new Error('503');
      if (this.mode === 'hangs') await new Promise(() => {});
      if (this.mode === 'signed_out') {
        this.wasSignedOut = true;
        throw new UnauthorizedError();
      }
      return this.issuer.mint(this.identity, this.mode === 'short' ? 6 : this.lifeSeconds);
    } finally {
      call.isOver = true;
    }
  }

  async #answer(token: string): Promise<Response> {
    await wait(FETCH_MS);
    const verdict = this.issuer.judge(this.identity, token);
    if (verdict === 'good') return answer();
    this.refused.add(token);
    this.bestOffer = 0;
    return refusal(verdict);
  }
}
