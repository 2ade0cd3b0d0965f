import {
  StreamVideo as Client,
  type LogData,
  type StreamVideo,
  type StreamVideoOptions,
  type TokenProvider,
  User,
} from 'stream-video-auth';
import { answer } from '../support/fake-coordinator.js';
import { LOCAL_EVENTS } from '../support/local-events.js';
import { type ModelCoordinator, ModelSocket } from './coordinator.js';
import { Issuer } from './issuer.js';
import { type Answer, type AppCall, type AppCallKind, type Ask, claimsOf, type Send } from './records.js';
import type { RequestContext } from './request-context.js';
import type { WorldClock } from './time.js';

export type RigKind =
  | 'provider'
  | 'token_and_provider'
  | 'static'
  | 'guest'
  | 'anonymous'
  | 'anonymous_static';

export interface RigSetup {
  readonly kind: RigKind;
  readonly lifeSeconds: number;
  readonly areTokensUnique: boolean;
  readonly refresh: 'auto' | 'on-demand';
  readonly isInWorkers: boolean;
}

interface Surroundings {
  readonly coordinator: ModelCoordinator;
  readonly clock: WorldClock;
}

/** What a Worker calls for one of its own requests. */
const TIED: readonly AppCallKind[] = ['request', 'getToken', 'refresh', 'consumer'];

const LONGEST_JOIN_MS = 180_000;

let serial = 0;

/** One client with the app around it, and a record of everything that went in and out. */
export class Rig {
  readonly setup: RigSetup;
  readonly issuer: Issuer;
  readonly sends: Send[] = [];
  readonly asks: Ask[] = [];
  readonly calls: AppCall[] = [];
  readonly sockets: ModelSocket[] = [];
  readonly refused = new Set<string>();
  /** What the server said on sockets that it had let in, before it closed them. */
  readonly refusedByFrame: { code: number; token: string | undefined }[] = [];
  readonly logged: string[] = [];
  /** Logs and events that nobody has looked through yet. */
  readonly written: string[] = [];
  readonly events: { readonly type: string; readonly atMs: number; readonly text: string }[] = [];
  client!: StreamVideo;
  /** Says at the moment of a failure why it is unfair, if it is. */
  judge: (call: AppCall) => string | undefined = () => undefined;
  /** What was seen to be wrong while it lasted. */
  readonly complaints: string[] = [];
  /** The last state of the connection that each of the app's listeners was told. */
  readonly statesHeard: string[] = [];
  /** When the app last handed a token in. */
  readonly suppliedAtMs = new Map<string, number>();
  /** Take off the listeners that would end a session. */
  readonly disarm: (() => void)[] = [];
  /** Calls that were left, or have ended: nobody is in them. */
  readonly over = new Set<number>();
  #provider = 0;
  session = 1;
  isSessionLive = true;
  /** Counts what opens a closed door: the app's hands, and the network that comes back. */
  doorOpenings = 0;
  /** The last moment at which the client was suspended. */
  suspendedAtMs = Number.NEGATIVE_INFINITY;
  /** Tokens that the coordinator took, in the order of their last acceptance. */
  readonly accepted: string[] = [];
  /** When something went wrong that may close the door. */
  readonly troubles: number[] = [];
  readonly #world: Surroundings;
  /** The sessions in which a token may be used; what the app handed in outlives them all. */
  readonly #origins = new Map<string, Set<number | 'any'>>();
  readonly #userId: string;
  readonly #contexts = new WeakMap<AppCall, RequestContext>();
  #acceptances = 0;

  private constructor(setup: RigSetup, world: Surroundings) {
    serial += 1;
    this.setup = setup;
    this.#world = world;
    this.#userId = setup.kind.startsWith('anonymous') ? '!anon' : `user-${serial}`;
    this.issuer = new Issuer(world.coordinator, world.clock, setup);
  }

  static async make(setup: RigSetup, world: Surroundings): Promise<Rig> {
    const rig = new Rig(setup, world);
    await rig.#build();
    return rig;
  }

  get isAnonymous(): boolean {
    return this.#userId === '!anon';
  }

  get userId(): string {
    return this.client.user.id;
  }

  get canRenew(): boolean {
    return this.client.tokenProvider !== undefined || this.setup.kind === 'guest';
  }

  get isSuspended(): boolean {
    return this.client.auth.state.status === 'suspended';
  }

  get liveSockets(): ModelSocket[] {
    return this.sockets.filter((socket) => socket.isLive);
  }

  get waiting(): AppCall[] {
    return this.calls.filter(({ outcome, isAbandoned }) => !outcome && !isAbandoned);
  }

  /** Whether a request with this token would be taken right now, as far as this client may know. */
  isGood(token: string | undefined): boolean {
    return token !== undefined && !this.refused.has(token) && this.#world.coordinator.verdict(token) === 0;
  }

  /** A token made for this client's user, which the app hands in. */
  supply(token: string): string {
    this.#mayUse(token, 'any');
    this.suppliedAtMs.set(token, this.#world.clock.monotonicMs);
    return token;
  }

  makeProvider(): TokenProvider {
    this.#provider += 1;
    const number = this.#provider;
    return (context) => this.#ask(context.reason, context.signal, number);
  }

  /** Has a call of the client made, and its promise watched. */
  track(kind: AppCallKind, make: (call: AppCall) => Promise<unknown>, method = 'GET'): AppCall {
    const held = this.client.token;
    const call: AppCall = {
      number: this.calls.length,
      kind,
      method,
      startedAtMs: this.#world.clock.monotonicMs,
      startedAtWallMs: Date.now(),
      heldAtStart: held,
      wasHeldGood: this.isGood(held),
      session: this.session,
      sends: [],
      socketSendsBefore: this.sends.filter(({ via }) => via === 'socket').length,
      isAborted: false,
      isAbandoned: false,
    };
    this.calls.push(call);
    const settle = (isOk: boolean) => (value: unknown) => {
      call.outcome = { isOk, value, atMs: this.#world.clock.monotonicMs, atWallMs: Date.now() };
      if (!isOk) call.complaint = this.judge(call);
    };
    // A guest who becomes another has its socket opened anew, which outlives the request.
    if (!this.setup.isInWorkers || this.setup.kind === 'guest' || !TIED.includes(kind)) {
      make(call).then(settle(true), settle(false));
      return call;
    }
    const context = { isOver: false };
    this.#contexts.set(call, context);
    const begun = this.#world.clock.requests.run(context, () => make(call));
    begun.then(settle(true), settle(false)).finally(() => {
      context.isOver = true;
    });
    return call;
  }

  /** Whoever made the Worker's request has gone: nothing that it began goes on. */
  abandon(call: AppCall): void {
    const context = this.#contexts.get(call);
    if (!context || call.outcome) return;
    context.isOver = true;
    call.isAbandoned = true;
  }

  beginSession(): void {
    if (this.isSessionLive) return;
    this.isSessionLive = true;
  }

  disconnect(): AppCall {
    this.session += 1;
    this.isSessionLive = false;
    this.doorOpenings += 1;
    this.accepted.length = 0;
    this.refused.clear();
    for (const { number } of this.calls) this.over.add(number);
    return this.track('disconnect', () => this.client.disconnect());
  }

  noteTrouble(): void {
    this.troubles.push(this.#world.clock.monotonicMs);
  }

  /** Keeps an eye on what can only be seen while it lasts. */
  look(): void {
    if (this.isSuspended) this.suspendedAtMs = this.#world.clock.monotonicMs;
  }

  /** Leaving rejects a join at once, and what it has sent goes on. */
  get #isJoinUnderWay(): boolean {
    const sinceMs = this.#world.clock.monotonicMs - LONGEST_JOIN_MS;
    return this.calls.some(
      ({ kind, session, startedAtMs }) =>
        kind === 'join' && session === this.session && startedAtMs > sinceMs,
    );
  }

  // ---- the app's side

  async #build(): Promise<void> {
    const { kind, refresh } = this.setup;
    const log = (message: string, data?: LogData) => {
      const line = `${message} ${JSON.stringify(data)}`;
      this.logged.push(line);
      this.written.push(line);
    };
    const base = {
      apiKey: 'key',
      baseUrl: 'https://coordinator.example',
      logger: { debug: log, info: log, warn: log, error: log },
      fetch: (input: string, init?: RequestInit) => this.#fetch(input, init),
      WebSocket: this.#socketClass(),
      refresh,
    };
    if (kind === 'guest') {
      this.client = await Client.create({ ...base, user: User.guest(this.#userId) });
    } else {
      const mayHaveToken = kind !== 'provider' && kind !== 'anonymous';
      const mayHaveProvider = kind !== 'static' && kind !== 'anonymous_static';
      this.client = new Client({
        ...base,
        user: this.isAnonymous ? User.anonymous : { id: this.#userId },
        ...(mayHaveToken && { token: this.supply(this.issuer.mint(this.#userId)) }),
        ...(mayHaveProvider && { tokenProvider: this.makeProvider() }),
      } as StreamVideoOptions);
    }
    for (const type of [...LOCAL_EVENTS, 'call.access_lost']) {
      this.client.on(type, (event) => {
        const { posed, state } = event as { posed?: boolean; state?: string };
        if (posed) this.complaints.push(`a frame of the server poses as ${type}`);
        if (type === 'connection.changed') this.statesHeard[0] = String(state);
        const isEnd = type === 'connection.changed' && state === 'disconnected';
        if (!this.isSessionLive && !isEnd) this.complaints.push(`${type} is told after the end`);
        const text = JSON.stringify(event);
        this.events.push({ type, atMs: this.#world.clock.monotonicMs, text });
        this.written.push(text);
        this.look();
        if (type === 'auth.suspended') this.suspendedAtMs = this.#world.clock.monotonicMs;
      });
    }
  }

  #ask(reason: string, signal: AbortSignal, provider: number): Promise<string> {
    const ask = this.#recordAsk(reason, signal, provider);
    const { mode } = this.issuer;
    if (mode === 'throws') {
      this.#endAsk(ask, { kind: 'failed', error: undefined });
      throw new TypeError('the provider has a bug');
    }
    if (mode === 'unreadable_error' && this.asks.length % 2 === 0) {
      this.#endAsk(ask, { kind: 'failed', error: undefined });
      throw this.issuer.unreadable();
    }
    const asked = mode === 'reenters' ? this.client.auth.getToken() : this.#answer(ask);
    asked.then(
      (token) => this.#endAsk(ask, { kind: 'token', token }),
      (error) => this.#endAsk(ask, { kind: 'failed', error }),
    );
    return asked as Promise<string>;
  }

  #mayUse(token: string, session: number | 'any'): void {
    this.#origins.set(token, (this.#origins.get(token) ?? new Set()).add(session));
  }

  #recordAsk(reason: string, signal: AbortSignal | undefined, provider = this.#provider): Ask {
    const { clock, coordinator } = this.#world;
    const { session, client } = this;
    const state = client?.auth.state;
    const inFlight = this.asks.filter((ask) => ask.session === session && !ask.answer);
    const ask: Ask = {
      session,
      reason,
      mode: this.issuer.mode,
      atMs: clock.monotonicMs,
      atWallMs: Date.now(),
      atServerMs: coordinator.nowMs,
      heldThen: client?.token,
      phaseThen: state?.status === 'active' ? state.phase : state?.status,
      isSessionLive: this.isSessionLive,
      isOfPresentProvider: provider === this.#provider,
      othersInFlight: inFlight.length,
      hasCaller:
        // The client cannot know that a Worker's request was abandoned.
        this.calls.some(({ kind, outcome }) => kind !== 'disconnect' && !outcome) ||
        this.#isJoinUnderWay ||
        client?.connectionState === 'reconnecting',
      signal,
      doorOpenings: this.doorOpenings,
      jumps: clock.jumps,
      acceptances: this.#acceptances,
    };
    this.asks.push(ask);
    signal?.addEventListener('abort', () => this.#endAsk(ask, { kind: 'failed', error: signal.reason }));
    return ask;
  }

  /** The end of a provider call, or what comes after its time limit. */
  #endAsk(ask: Ask, answer: NonNullable<Ask['answer']>): void {
    if (answer.kind === 'token' && typeof answer.token === 'string') this.#mayUse(answer.token, ask.session);
    if (answer.kind === 'failed' || this.#isOfNoUse(answer.token, ask)) this.noteTrouble();
    if (ask.answer) return;
    ask.endedAtMs = this.#world.clock.monotonicMs;
    ask.answer = answer;
  }

  async #answer(ask: Ask): Promise<unknown> {
    if (!this.#world.coordinator.isNetworkUp) {
      await this.#world.clock.wait(30);
      throw new TypeError('fetch failed');
    }
    return this.issuer.answer(this.#userId, (retryAfterMs) => {
      ask.retryAfterMs = retryAfterMs;
    });
  }

  /** Whether a client has a reason to complain about this answer. */
  #isOfNoUse(token: unknown, { heldThen, reason }: Ask): boolean {
    if (reason === 'guest') return false;
    if (typeof token !== 'string' || claimsOf(token).user_id !== this.#userId) return true;
    if (this.refused.has(token)) return true;
    if (reason !== 'expiring' || heldThen === undefined) return false;
    const [held, offered] = [claimsOf(heldThen).exp, claimsOf(token).exp] as (number | undefined)[];
    return token === heldThen || (held !== undefined && offered !== undefined && offered <= held);
  }

  // ---- the wire

  async #fetch(input: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(input);
    const headers = new Headers(init.headers);
    const path = url.pathname.replace('/video', '');
    const isGuest = path === '/guest';
    const send = this.#record('http', {
      path,
      method: init.method ?? 'GET',
      token: headers.get('authorization'),
      authType: headers.get('stream-auth-type'),
      claimedUserId: undefined,
      needsToken: !isGuest && this.setup.kind !== 'anonymous' && this.setup.kind !== 'anonymous_static',
    });
    const [, number] = /\/c(\d+)\b/.exec(path) ?? [];
    if (number !== undefined) this.calls[Number(number)]?.sends.push(send);
    if (isGuest) return this.#createGuest(send, init.signal);
    const heard = { ...send, url, signal: init.signal };
    return this.#world.coordinator.serve(heard, (answer) => this.#learn(send, answer));
  }

  /** The coordinator makes a guest: for this client that is a provider call in all but name. */
  async #createGuest(send: Send, signal: AbortSignal | null | undefined): Promise<Response> {
    const { coordinator } = this.#world;
    const ask = this.#recordAsk('guest', signal ?? undefined);
    try {
      await coordinator.travel(signal);
    } catch (error) {
      send.answer = 'lost';
      this.#endAsk(ask, { kind: 'failed', error });
      throw error;
    }
    const userId = coordinator.newGuestId(this.#userId);
    const access_token = this.supply(this.issuer.mintAtCoordinator(userId));
    send.answer = 0;
    this.#endAsk(ask, { kind: 'token', token: access_token });
    return answer({ user: { id: userId }, access_token, duration: '1ms' }, 201);
  }

  #socketClass(): NonNullable<StreamVideoOptions['WebSocket']> {
    const rig = this;
    const { coordinator, clock } = this.#world;
    class RigSocket extends ModelSocket {
      constructor(url: string) {
        super(url);
        rig.sockets.push(this);
        this.attach(
          () => rig.#heardOn(this),
          () => {
            coordinator.forget(this);
            clock.later(10, () => this.end(1000));
          },
        );
        coordinator.welcome(this);
      }
    }
    return RigSocket as unknown as NonNullable<StreamVideoOptions['WebSocket']>;
  }

  #heardOn(socket: ModelSocket): void {
    const frame = socket.sent.at(-1) as { token?: string; user_details?: { id: string } };
    let send: Send | undefined;
    if (!Array.isArray(frame)) {
      send = this.#record('socket', {
        path: '/connect',
        method: 'WS',
        token: frame.token ?? null,
        authType: new URL(socket.url).searchParams.get('stream-auth-type'),
        claimedUserId: frame.user_details?.id,
        needsToken: true,
      });
    }
    const sent = send;
    this.#world.coordinator.hear(socket, (answer) => sent && this.#learn(sent, answer));
  }

  #record(
    via: Send['via'],
    seen: Pick<Send, 'path' | 'method' | 'token' | 'authType' | 'claimedUserId' | 'needsToken'>,
  ): Send {
    const origin = seen.token === null ? undefined : this.#origins.get(seen.token);
    const send: Send = {
      ...seen,
      via,
      atMs: this.#world.clock.monotonicMs,
      session: this.session,
      clientUserId: this.client?.user.id ?? this.#userId,
      isSessionLive: this.isSessionLive,
      isOwnToken: origin !== undefined && (origin.has('any') || origin.has(this.session)),
      canRenew: this.client !== undefined && this.canRenew,
      deliveredAtMs:
        this.asks.findLast(({ answer }) => answer?.kind === 'token' && answer.token === seen.token)
          ?.endedAtMs ?? 0,
      answer: undefined,
    };
    this.sends.push(send);
    return send;
  }

  #learn(send: Send, answer: Answer): void {
    send.answer = answer;
    send.answeredAtMs = this.#world.clock.monotonicMs;
    const { token } = send;
    if (token === null || answer === 'lost' || answer === undefined || !this.isSessionLive) return;
    const isEarly = answer === 41 || answer === 42;
    const isSecond =
      this.sends.filter((other) => other.token === token && other.answer === answer).length > 1;
    const isRefusedForGood = answer === 43 || answer === 5 || (isEarly && isSecond);
    if (answer === 40 || (isRefusedForGood && this.canRenew)) this.refused.add(token);
    if ([40, 41, 42, 43, 5].includes(answer)) this.noteTrouble();
    if ([0, 46, 4, 16, 17].includes(answer)) {
      const known = this.accepted.indexOf(token);
      if (known >= 0) this.accepted.splice(known, 1);
      this.accepted.push(token);
      this.#acceptances += 1;
    }
  }
}
