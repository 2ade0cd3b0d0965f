import { FakeSocket } from '../support/fake-coordinator.js';
import type { Answer } from './records.js';
import { claimsOf } from './records.js';
import type { WorldClock } from './time.js';

export type ServerMood =
  | 'well'
  | 'rate_limited'
  | 'broken'
  | 'slow'
  | 'unreachable'
  | 'crowded'
  | 'takes_each_token_once';

interface Heard {
  readonly method: string;
  readonly url: URL;
  readonly token: string | null;
  readonly authType: string | null;
  readonly signal: AbortSignal | null | undefined;
}

function answer(data: object, status: number, nowMs: number): Response {
  const headers = { 'content-type': 'application/json', date: new Date(nowMs).toUTCString() };
  return new Response(JSON.stringify(data), { status, headers });
}

/**
 * A coordinator in memory: verifies the token strings it knows against its own clock, which may be wrong, knows
 * who was revoked, which connections live, and may be in any mood.
 */
export class ModelCoordinator {
  readonly #clock: WorldClock;
  readonly #random: () => number;
  readonly #known = new Set<string>();
  readonly #taken = new Set<string>();
  readonly #revokedBefore = new Map<string, number>();
  readonly #connections = new Map<string, ModelSocket>();
  #serial = 0;
  skewMs = 0;
  /** Whether the client's machine has a network. */
  isNetworkUp = true;
  mood: ServerMood = 'well';

  constructor(clock: WorldClock, random: () => number) {
    this.#clock = clock;
    this.#random = random;
  }

  get nowMs(): number {
    return this.#clock.nowMs + this.skewMs;
  }

  get isReachable(): boolean {
    return this.isNetworkUp && this.mood !== 'unreachable';
  }

  /** Ends once the next request is to be answered; throws as `fetch` does when it will never be. */
  async travel(signal: AbortSignal | null | undefined): Promise<void> {
    await this.#clock.wait(this.mood === 'slow' ? 12_000 : this.#latencyMs(), signal);
    if (!this.isReachable) throw new TypeError('fetch failed');
  }

  /** Makes a token one that the coordinator's secret has signed. */
  trust(token: string): string {
    this.#known.add(token);
    return token;
  }

  /** Tokens of this user that were made before now are of no use. */
  revoke(userId: string): void {
    this.#revokedBefore.set(userId, Math.floor(this.#clock.nowMs / 1000));
  }

  /** Another secret is in use from now on: every token signed before is refused with 43. */
  rotateSecret(): void {
    this.#known.clear();
  }

  /** 0 for a token that is taken now, else the code of the refusal. */
  verdict(token: string | null): number {
    if (token === null || !this.#known.has(token)) return 43;
    const { user_id, iat = 0, exp } = claimsOf(token) as { user_id: string; iat?: number; exp?: number };
    if (exp !== undefined && exp * 1000 <= this.nowMs) return 40;
    if (iat * 1000 > this.nowMs) return 42;
    if (this.mood === 'takes_each_token_once' && this.#taken.has(token)) return 40;
    return iat < (this.#revokedBefore.get(user_id) ?? 0) ? 40 : 0;
  }

  /** The id of a guest who did not exist before. */
  newGuestId(asked: string): string {
    this.#serial += 1;
    return `guest-${this.#serial}-${asked}`;
  }

  /** Serves one request; `tell` hears what the answer was when it leaves. */
  async serve(heard: Heard, tell: (answer: Answer) => void): Promise<Response> {
    await this.travel(heard.signal).catch((error) => {
      tell('lost');
      throw error;
    });
    const { status, code, data } = this.#judge(heard);
    tell(code);
    const body =
      code === 0 ? data : { StatusCode: status, code, message: `refused with ${code}`, details: [] };
    return answer({ ...body, duration: '1ms' }, status, this.nowMs);
  }

  #judge({ url, token, method, authType }: Heard): { status: number; code: number; data: object } {
    const isNobody = authType === 'anonymous' && token === null;
    const code = isNobody ? 0 : this.verdict(token);
    if (code !== 0) return { status: 401, code, data: {} };
    if (token !== null) this.#taken.add(token);
    if (this.mood === 'rate_limited') return { status: 429, code: 9, data: {} };
    if (this.mood === 'broken') return { status: 500, code: -1, data: {} };
    const connectionId = url.searchParams.get('connection_id');
    if (connectionId !== null && !this.#connections.has(connectionId))
      return { status: 400, code: 46, data: {} };
    const [, cid = ''] = /\/call\/default\/(\w+)/.exec(url.pathname) ?? [];
    const call = { cid: `default:${cid}`, id: cid, type: 'default' };
    const data = { call, calls: [], members: [], own_capabilities: [], credentials: {} };
    return { status: method === 'GET' ? 200 : 201, code: 0, data };
  }

  // ---- sockets

  /** A socket was made: opens it in its time. */
  welcome(socket: ModelSocket): void {
    this.#clock.later(this.#latencyMs(), () => {
      if (socket.readyState !== 0) return;
      if (this.mood === 'slow') return;
      if (this.isReachable) return socket.open();
      socket.fail();
      socket.end(1006);
    });
  }

  /** The client sent a frame. */
  hear(socket: ModelSocket, tell: (answer: Answer) => void): void {
    const frame = socket.sent.at(-1) as Record<string, unknown> | unknown[];
    if (Array.isArray(frame)) {
      this.#pong(socket);
      return;
    }
    this.#clock.later(this.#latencyMs(), () => {
      if (socket.readyState !== 1 || !this.isReachable) return tell('lost');
      const { token, user_details } = frame as { token: string; user_details: { id: string } };
      const isOther = claimsOf(token).user_id !== user_details.id;
      const code = this.verdict(token) || (isOther ? 5 : 0) || this.#socketMood();
      tell(code);
      if (code === 0) this.#admit(socket, user_details.id);
      else this.refuse(socket, code);
    });
  }

  /** Ends a live socket, or only says so. */
  refuse(socket: ModelSocket, code: number): void {
    this.forget(socket);
    const status = code === 71 || code === 9 ? 429 : code === -1 ? 500 : 401;
    socket.deliver({
      type: 'connection.error',
      created_at: this.#timestamp(),
      error: { StatusCode: status, code, message: `refused with ${code}` },
    });
    this.#clock.later(5, () => {
      if (socket.readyState !== 3) socket.end(4401);
    });
  }

  /** An event of one call. */
  tellOfCall(socket: ModelSocket, type: string, id: string): void {
    const call = { cid: `default:${id}`, id, type: 'default' };
    socket.deliver({ type, call_cid: call.cid, created_at: this.#timestamp(), call });
  }

  /** The server loses the connection, and the client does not hear of it. */
  forget(socket: ModelSocket): void {
    for (const [id, live] of this.#connections) if (live === socket) this.#connections.delete(id);
    socket.isServed = false;
  }

  #admit(socket: ModelSocket, userId: string): void {
    this.#serial += 1;
    const { token } = socket.sent[0] as { token?: string };
    if (token !== undefined) this.#taken.add(token);
    const connectionId = `connection-${this.#serial}`;
    this.#connections.set(connectionId, socket);
    socket.isServed = true;
    socket.connectionId = connectionId;
    socket.admittedAtMs = this.#clock.monotonicMs;
    socket.deliver({
      type: 'connection.ok',
      connection_id: connectionId,
      created_at: this.#timestamp(),
      me: { id: userId },
    });
  }

  #pong(socket: ModelSocket): void {
    this.#clock.later(this.#latencyMs(), () => {
      if (!socket.isServed || !this.isReachable) return;
      socket.deliver({ type: 'health.check', created_at: this.#timestamp() });
    });
  }

  #socketMood(): number {
    if (this.mood === 'crowded') return 71;
    if (this.mood === 'rate_limited') return 9;
    return this.mood === 'broken' ? -1 : 0;
  }

  #timestamp(): string {
    return new Date(this.nowMs).toISOString();
  }

  #latencyMs(): number {
    return 5 + Math.floor(this.#random() * 60);
  }
}

/** A socket between one client and the coordinator. */
export class ModelSocket extends FakeSocket {
  /** Whether the coordinator still serves it. */
  isServed = false;
  /** Set once the client was told that it is authenticated. */
  connectionId: string | undefined;
  admittedAtMs = Number.POSITIVE_INFINITY;
  /** Whether the client has been told of an error that ends it. */
  isDoomed = false;
  #onSend: () => void = () => {};
  #onClose: () => void = () => {};

  attach(onSend: () => void, onClose: () => void): void {
    this.#onSend = onSend;
    this.#onClose = onClose;
  }

  /** Open, authenticated, and as far as the client can know alive. */
  get isLive(): boolean {
    return this.readyState === 1 && this.connectionId !== undefined && !this.isDoomed;
  }

  deliver(frame: object): void {
    if (this.readyState !== 1) return;
    if ((frame as { type?: string }).type === 'connection.error') this.isDoomed = true;
    this.receive(frame);
  }

  override send(data: string): void {
    if (this.readyState !== 1) throw new Error('the socket is not open');
    super.send(data);
    this.#onSend();
  }

  override close(code?: number, reason?: string): void {
    const wasOver = this.readyState === 3;
    super.close(code, reason);
    if (!wasOver) this.#onClose();
  }
}
