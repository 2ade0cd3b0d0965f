import type { Explanation, StreamVideo, Transition } from 'stream-video-auth';
import { shown } from '../../timeline/format.js';
import { Life, wordsFor } from './life.js';

/** Phases and counters change with time alone, and some changes are told to nobody. */
const LOOK_EVERY_MS = 1000;
/** After something happened, what follows from it is looked for soon: a replay, for one. */
const LOOK_AGAIN_MS = 120;
const SAME_END_MS = 1500;

const NOTED = [
  'token.expiring',
  'token.expired',
  'user.changed',
  'call.access_lost',
  'call.watch_lost',
] as const;

/** Writes down one client's life, from its events and from what `auth.explain()` says. Changes nothing about it. */
export class ClientWatch {
  readonly client: StreamVideo;
  readonly life = new Life();
  readonly #changed: () => void;
  readonly #ends: (() => void)[] = [];
  #timer: ReturnType<typeof setInterval> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;
  /** The last one that was read. */
  #lastTransition: Transition | undefined;
  #replays = 0;

  constructor(client: StreamVideo, changed: () => void) {
    this.client = client;
    this.#changed = changed;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    const { client } = this;
    this.#replays = this.#explain()?.counters.replays ?? 0;
    // An element that is moved stops and starts: its socket is the same one, or has closed meanwhile.
    if (client.connectionState === 'connected') this.life.open(Date.now());
    else this.life.close(Date.now());
    const look = () => this.look();
    this.#ends.push(
      client.auth.subscribe(look),
      client.on('connection.changed', ({ state, previous, error }) => {
        this.#connectionChanged(state, previous, error);
        this.look();
      }),
      client.on('token.refresh_failed', ({ error }) => {
        this.life.note(Date.now(), 'failed', `no token came: ${describe(error)}`);
        this.look();
      }),
      client.on('token.refreshed', ({ generation, reason, durationMs }) => {
        // What another tab handed over is among the transitions.
        if (reason !== 'shared') {
          const took = `${Math.round(durationMs)} ms (${reason})`;
          this.life.note(Date.now(), 'note', `generation ${generation} came from the provider in ${took}`);
        }
        this.look();
      }),
      client.on('clock.skew', ({ ms }) => {
        this.life.note(
          Date.now(),
          'note',
          `the local clock is ${Math.round(Math.abs(ms) / 1000)} s ${ms > 0 ? 'behind' : 'ahead'}`,
        );
        this.look();
      }),
      ...NOTED.map((name) =>
        client.on(name, () => {
          this.life.note(Date.now(), 'note', WORDS[name]);
          this.look();
        }),
      ),
    );
    this.#timer = setInterval(look, LOOK_EVERY_MS);
    this.look();
  }

  stop(): void {
    for (const end of this.#ends.splice(0)) end();
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
  }

  /** Takes in what has changed since the last look. */
  look(): void {
    const now = Date.now();
    const explanation = this.#explain();
    if (explanation === undefined) return;
    // A clock that jumps ahead may have slept: then the past is as long ago as it says.
    const backMs = (this.life.present?.at ?? now) - now;
    if (backMs > SAME_END_MS) this.life.shift(-backMs);
    const isNews = this.#readTransitions(explanation.transitions);
    this.#readToken(explanation, now);
    this.#readPauses(explanation, now);
    this.#readReplays(explanation, now);
    const { connectionState: connection } = this.client;
    this.life.present = { auth: explanation.state, connection, explanation, at: now };
    if (isNews) this.#lookSoon();
    this.#changed();
  }

  /** Undefined for a client of a test that cannot tell. */
  #explain(): Explanation | undefined {
    try {
      return this.client.auth.explain();
    } catch {
      return undefined;
    }
  }

  #lookSoon(): void {
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      if (this.#timer !== undefined) this.look();
    }, LOOK_AGAIN_MS);
  }

  #readTransitions(transitions: readonly Transition[]): boolean {
    const known = this.#lastTransition === undefined ? -1 : transitions.indexOf(this.#lastTransition);
    const news = transitions.slice(known + 1);
    this.#lastTransition = transitions.at(-1);
    for (const transition of news) this.#take(transition);
    return news.length > 0;
  }

  #take({ at, kind, what, generation = 0 }: Transition): void {
    const { life } = this;
    switch (kind) {
      case 'in_use':
        life.use(generation, at);
        life.note(at, 'note', what);
        return;
      case 'accepted':
        life.accept(generation, at);
        life.note(at, 'accepted', what);
        return;
      case 'refused':
        life.refusals += 1;
        life.endToken(at, 'refused', generation);
        life.note(at, 'refused', what);
        return;
      case 'rolled_back':
        life.endToken(at, 'rolled back');
        life.use(generation, at);
        life.note(at, 'rolled-back', `rolled ${what}`);
        return;
      case 'session_ended':
        life.endToken(at, 'session ended');
        life.resume(at, () => true);
        life.note(at, 'note', what);
        return;
      case 'suspended':
        life.pause({ kind: 'suspension', why: what, from: at });
        life.note(at, 'note', what);
        return;
      case 'resumed':
        life.resume(at, (one) => one === 'suspension');
        life.note(at, 'note', what);
        return;
      case 'failed':
        // Its event says more; before this watch there was none.
        if (this.life.present === undefined) life.note(at, 'failed', what);
        return;
      default:
        life.note(at, 'note', what);
    }
  }

  /** By the local clock, as `explain()` tells the token's end. */
  #readToken({ remainingMs, windows, state }: Explanation, now: number): void {
    const token = this.life.tokenInUse;
    if (token === undefined || remainingMs === undefined || windows === undefined) return;
    if (!('generation' in state) || state.generation !== token.generation || !Number.isFinite(remainingMs))
      return;
    const expiresAt = now + remainingMs;
    // What the clocks tell moves by milliseconds at each look.
    if (token.expiresAt !== undefined && Math.abs(token.expiresAt - expiresAt) < SAME_END_MS) return;
    token.expiresAt = expiresAt;
    token.advisoryAt = Math.max(token.from, expiresAt - windows.advisoryMs);
    token.mandatoryAt = Math.max(token.from, expiresAt - windows.mandatoryMs);
  }

  #readPauses({ blocked, state }: Explanation, now: number): void {
    const kind = blocked === undefined ? undefined : blocked.by === 'breaker' ? 'breaker' : 'back-off';
    if (state.status !== 'suspended') this.life.resume(now, (one) => one === 'suspension');
    this.life.resume(now, (one) => one !== 'suspension' && one !== kind);
    if (blocked !== undefined && kind !== undefined) {
      this.life.pause({ kind, why: wordsFor(blocked.by), from: now, until: blocked.until });
    }
  }

  #readReplays({ counters }: Explanation, now: number): void {
    const replays = counters.replays ?? 0;
    const count = replays - this.#replays;
    this.#replays = replays;
    if (count > 0) {
      this.life.note(
        now,
        'replay',
        count === 1 ? 'a request was sent once more' : `${count} requests were sent once more`,
      );
    }
  }

  #connectionChanged(state: string, previous: string, error: unknown): void {
    const now = Date.now();
    const why = error === undefined ? '' : `: ${describe(error)}`;
    if (previous === 'connected') {
      this.life.close(now);
      this.life.note(
        now,
        state === 'disconnected' && error === undefined ? 'note' : 'drop',
        `the socket closed${why}`,
      );
    } else if (state === 'disconnected' && error !== undefined) {
      this.life.note(now, 'handshake-refused', `no connection${why}`);
    }
    if (state === 'connected') {
      this.life.open(now);
      this.life.note(now, 'handshake', 'the socket is connected');
    }
  }
}

const WORDS: Readonly<Record<(typeof NOTED)[number], string>> = {
  'token.expiring': 'the token comes to its end, and nothing can renew it',
  'token.expired': 'the token has ended, and nothing can renew it',
  'user.changed': 'the guest is another user now',
  'call.access_lost': 'a call was lost: its token has ended',
  'call.watch_lost': 'a call is watched no more',
};

function describe(error: unknown): string {
  if (!(error instanceof Error)) return shown(error, 120);
  const code = 'code' in error ? `${String(error.code)}: ` : '';
  return shown(`${code}${error.message}`, 160);
}
