import { StreamVideo, User } from 'stream-video-auth';
import { vi } from 'vitest';
import { useVirtualTime } from '../support/virtual.js';
import { type Guard, VectorError } from './claim.js';
import { evaluate } from './expression.js';
import { Issuer } from './issuer.js';
import { Page } from './page.js';
import { ScriptedProvider } from './provider.js';
import { ScriptedServer } from './server.js';
import { lookUpSymbol, type SymbolScope } from './symbols.js';
import { WatchedTimers } from './timers.js';
import { fieldsOf, listOf, oneOf } from './words.js';

const GIVEN = [
  'user',
  'token',
  'provider',
  'lasts',
  'issuerClock',
  'serverClock',
  'saysDate',
  'refresh',
  'guestExpiry',
  'luck',
  'page',
  'sockets',
  'server',
  'runtime',
] as const;
const EVENTS = {
  'connection.changed': 'state',
  'token.refreshed': 'reason',
  'token.refresh_failed': 'error',
  'token.expiring': undefined,
  'token.expired': undefined,
  'auth.suspended': 'reason',
  'auth.resumed': 'reason',
  'user.changed': 'user',
  'clock.skew': undefined,
  'call.access_lost': undefined,
} as const;

/** Something that a caller waits for. */
export class Caller {
  outcome: 'waiting' | 'ok' | 'fails' = 'waiting';
  value: unknown;
  error: unknown;
  readonly controller = new AbortController();

  follow(promise: Promise<unknown>): void {
    promise.then(
      (value) => {
        this.outcome = 'ok';
        this.value = value;
      },
      (error) => {
        this.outcome = 'fails';
        this.error = error;
      },
    );
  }
}

/** Lets every promise settle that can, without moving the time; some of the platform's take real turns. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

function nameOfEvent(event: Record<string, unknown>): string {
  const detail = event[EVENTS[event.type as keyof typeof EVENTS] ?? ''];
  const { code, id } = (detail ?? {}) as Record<string, unknown>;
  const word = typeof detail === 'string' ? detail : (code ?? id);
  return word === undefined ? String(event.type) : `${event.type} ${word}`;
}

/** One client, and all that surrounds it, in virtual time. */
export class World {
  readonly callers = new Map<string, Caller[]>();
  readonly events: string[] = [];
  readonly warnings: string[] = [];
  readonly marks = new Map<string, number>();
  /** What consumers were given by name, and before that. */
  readonly consumers: (() => Promise<string>)[] = [];
  readonly issuer: Issuer;
  readonly provider: ScriptedProvider;
  readonly server: ScriptedServer;
  readonly timers: WatchedTimers;
  readonly page: Page | undefined;
  readonly #luck: number;
  readonly #given: Readonly<Record<string, unknown>>;
  readonly #waits = new Set<ReturnType<typeof setTimeout>>();
  #client: StreamVideo | undefined;
  #mistake: unknown;
  issuerOffsetMs = 0;

  constructor(given: unknown) {
    this.#given = fieldsOf(given, GIVEN, 'given');
    const { luck = 'least', page, lasts = '1h', provider = 'works', runtime } = this.#given;
    useVirtualTime();
    this.#luck = oneOf({ least: 0, most: 1 }, luck, 'given.luck');
    vi.spyOn(Math, 'random').mockReturnValue(this.#luck);
    this.timers = new WatchedTimers();
    this.page = page === true ? new Page() : undefined;
    if (runtime !== undefined) {
      vi.stubGlobal('navigator', {
        userAgent: oneOf({ Workers: 'Cloudflare-Workers' }, runtime, 'given.runtime'),
      });
    }
    this.marks.set('start', Date.now());
    const duration = (text: unknown) => this.duration(text, { isFact: true });
    const wait = (delayMs: number) => this.#wait(delayMs);
    const guard: Guard = (run) => this.#guard(run);
    this.server = new ScriptedServer({
      guard,
      nameOf: (token) => this.issuer.nameOf(token),
      guest: () => {
        const id = `guest-${this.server.guests}`;
        return { id, token: this.issuer.make({ for: id }) as string };
      },
      duration,
      wait,
    });
    this.issuer = new Issuer({
      userId: () =>
        this.#client?.user.id ??
        oneOf({ authenticated: 'martin', guest: 'guest-0', anonymous: '!anon' }, this.#kind, 'given.user'),
      lastsMs: duration(lasts),
      offsetMs: () => this.server.offsetMs + this.issuerOffsetMs,
      held: () => this.#client?.token,
      lastRefused: () => this.server.lastRefused,
      duration,
    });
    this.provider = new ScriptedProvider({
      guard,
      token: (description) => this.issuer.make(description),
      duration,
      wait,
      reenter: (what) => this.#reenter(what),
    });
    this.provider.follow(provider);
  }

  get #kind(): unknown {
    return this.#given.user ?? 'authenticated';
  }

  get clientIfAny(): StreamVideo | undefined {
    return this.#client;
  }

  get client(): StreamVideo {
    if (this.#client) return this.#client;
    throw new VectorError('there is no client: its creation failed');
  }

  /** The time now by the server's clock, the client made. */
  async begin(): Promise<void> {
    const { token, provider, refresh, guestExpiry, sockets, saysDate, serverClock, issuerClock } =
      this.#given;
    if (serverClock !== undefined) this.server.offsetMs = this.duration(serverClock, { isFact: true });
    if (issuerClock !== undefined) this.issuerOffsetMs = this.duration(issuerClock, { isFact: true });
    if (sockets !== undefined) this.server.socketsAre = sockets as ScriptedServer['socketsAre'];
    this.server.saysDate = saysDate === true;
    for (const rule of listOf(this.#given.server ?? [])) this.server.decide(rule);
    const users = { authenticated: { id: 'martin' }, guest: User.guest('martin'), anonymous: User.anonymous };
    const options = {
      apiKey: 'key',
      user: oneOf<object>(users, this.#kind, 'given.user'),
      token: token === undefined ? undefined : this.issuer.make(token),
      ...(provider !== 'none' && this.#kind !== 'guest' && { tokenProvider: this.provider.makeFunction() }),
      fetch: this.server.coordinator.fetch,
      WebSocket: this.server.WebSocket,
      refresh,
      guestExpiry,
      logger: { debug() {}, info() {}, error() {}, warn: (message: string) => this.#hearWarning(message) },
    };
    this.call('create', async () => {
      const client = await StreamVideo.create(options as never);
      for (const name of Object.keys(EVENTS))
        client.on(name, (event) => this.events.push(nameOfEvent(event as never)));
      this.#client = client;
    });
    await settle();
  }

  /** Starts something that a caller waits for, under a name of its own. */
  call(name: string, run: (signal: AbortSignal) => Promise<unknown>, times = 1): void {
    if (this.callers.has(name)) throw new VectorError(`there are two callers "${name}"`);
    const callers = Array.from({ length: times }, () => new Caller());
    this.callers.set(name, callers);
    for (const caller of callers) caller.follow(run(caller.controller.signal));
  }

  /** All who called under this name. */
  find(name: string): readonly Caller[] {
    const callers = this.callers.get(name);
    if (!callers) throw new VectorError(`nobody called "${name}"`);
    return callers;
  }

  duration(text: unknown, { isFact = false } = {}): number {
    if (typeof text !== 'string') throw new VectorError(`${JSON.stringify(text)} is no expression of time`);
    return evaluate(text, { lookUp: (name, argument) => lookUpSymbol(name, argument, this.#scope), isFact });
  }

  async advance(milliseconds: number): Promise<void> {
    if (milliseconds < 0) throw new VectorError('time does not go back');
    await vi.advanceTimersByTimeAsync(milliseconds);
    await settle();
  }

  get timerCount(): number {
    return vi.getTimerCount() - this.#waits.size;
  }

  /** Lets all that can happen do so, and reports what the product may have caught. */
  async settle(): Promise<void> {
    await settle();
    if (this.#mistake) throw this.#mistake;
  }

  jumpWall(milliseconds: number): void {
    vi.setSystemTime(Date.now() + milliseconds);
  }

  jumpMonotonic(milliseconds: number): void {
    const now = performance.now.bind(performance);
    performance.now = () => now() + milliseconds;
  }

  /** Ends the session for good and looks for what is left. */
  async end(): Promise<void> {
    if (this.#client) await this.#client[Symbol.asyncDispose]();
    await settle();
    for (const handle of this.#waits) clearTimeout(handle);
    const waiting = [...this.callers].filter(([, callers]) =>
      callers.some(({ outcome }) => outcome === 'waiting'),
    );
    if (this.#mistake) throw this.#mistake;
    const left = {
      waiting: waiting.map(([name]) => name).join(', '),
      timers: vi.getTimerCount(),
      listeners: this.page?.listeners ?? 0,
      sockets: this.server.openSockets,
    };
    for (const [what, is] of Object.entries(left)) {
      if (is) throw new VectorError(`left after the end: ${is} ${what}`);
    }
    this.timers.assertSane();
  }

  /** Gives the platform back. */
  leave(): void {
    this.timers.stop();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  }

  get #scope(): SymbolScope {
    return {
      luck: this.#luck,
      now: Date.now(),
      token: this.issuer.find(this.#client?.token),
      marks: this.marks,
    };
  }

  /** What merely repeats an event is among the events already. */
  #hearWarning(message: string): void {
    if (!Object.keys(EVENTS).some((name) => message.endsWith(` ${name}`))) this.warnings.push(message);
  }

  #wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      const handle = setTimeout(() => {
        this.#waits.delete(handle);
        resolve();
      }, delayMs);
      this.#waits.add(handle);
    });
  }

  #guard<T>(run: () => T): T {
    const note = (error: unknown) => {
      if (error instanceof VectorError) this.#mistake ??= error;
      throw error;
    };
    try {
      const result = run();
      return result instanceof Promise ? (result.catch(note) as T) : result;
    } catch (error) {
      return note(error);
    }
  }

  #reenter(what: string): Promise<unknown> {
    const { client } = this;
    const ways = {
      getToken: () => client.auth.getToken(),
      refresh: () => client.auth.refresh(),
      request: () => client.request('GET', '/from-inside'),
    };
    return oneOf<() => Promise<unknown>>(ways, what, 'callsBack')();
  }
}
