import {
  answer,
  FakeCoordinator,
  type FakeSocket,
  fakeWebSockets,
  refusal,
} from '../support/fake-coordinator.js';
import { type Guard, VectorError } from './claim.js';
import { fieldsOf, oneOf, optionalText } from './words.js';

interface ServerOptions {
  readonly guard: Guard;
  nameOf(token: string | null): string;
  guest(): { readonly id: string; readonly token: string };
  duration(text: unknown): number;
  wait(delayMs: number): Promise<void>;
}

interface Rule {
  readonly to: string;
  readonly on: string;
  readonly says: unknown;
  readonly status: number | undefined;
  readonly after: number;
  left: number;
}

type Place = 'requests' | 'sockets' | 'guests';

const STATUS: Readonly<Record<number, number>> = {
  4: 400,
  9: 429,
  16: 404,
  17: 403,
  46: 400,
  71: 429,
  '-1': 500,
};
const CALL = { call: { type: 'default', id: 'a', cid: 'default:a' }, members: [], own_capabilities: [] };

/** What stands between the client and the coordinator may answer, too. */
const OTHERS: Readonly<Record<string, () => Response | Promise<Response>>> = {
  'as a proxy': () => new Response('<h1>Sign in to the network</h1>', { status: 401 }),
  'another JSON': () => answer({ error: 'unauthorized' }, 401),
  'a redirect': () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.test/' } }),
  'a lost connection': () => Promise.reject(new TypeError('fetch failed')),
  nothing: () => new Promise(() => {}),
};

/** The coordinator: takes every token unless a rule says otherwise; the newest rule first. */
export class ScriptedServer {
  readonly coordinator = new FakeCoordinator();
  /** Names of the tokens on the wire, guests' creations left out. */
  readonly sent: string[] = [];
  /** Names of the tokens in the first frames of sockets. */
  readonly handshakes: string[] = [];
  readonly bodies: unknown[] = [];
  guests = 0;
  lastRefused: string | undefined;
  /** Server time minus local time. */
  offsetMs = 0;
  saysDate = false;
  socketsAre: 'open' | 'mute' | 'silent' | 'broken' = 'open';
  readonly sockets: readonly FakeSocket[];
  readonly WebSocket;
  readonly #rules: Rule[] = [];
  readonly #options: ServerOptions;
  #connections = 0;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.coordinator.respond = (request) => options.guard(() => this.#respond(request));
    const { sockets, WebSocket } = fakeWebSockets((socket) => this.#accept(socket));
    this.sockets = sockets;
    this.WebSocket = WebSocket;
  }

  get live(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket?.readyState !== 1) throw new VectorError('server: no socket is open');
    return socket;
  }

  get openSockets(): number {
    return this.sockets.filter(({ readyState }) => readyState === 1).length;
  }

  frame(fields: object): object {
    return { created_at: new Date(Date.now() + this.offsetMs).toISOString(), ...fields };
  }

  /** `{ to, on, says, status, times, after }`: what it says to a token from now on. */
  decide(rule: unknown): void {
    const { to, on, says, status, times, after } = fieldsOf(
      rule,
      ['to', 'on', 'says', 'status', 'times', 'after'],
      'server',
    );
    this.#rules.unshift({
      to: optionalText(to, 'server.to') ?? 'everyone',
      on: optionalText(on, 'server.on') ?? 'both',
      says,
      status: status as number | undefined,
      after: after === undefined ? 0 : this.#options.duration(after),
      left: typeof times === 'number' ? times : Number.POSITIVE_INFINITY,
    });
  }

  push(code: number): void {
    const error = { StatusCode: STATUS[code] ?? 401, code, message: `Pushed with error: "${code}"` };
    this.live.receive(this.frame({ type: 'connection.error', connection_id: 'x', error }));
  }

  #rule(name: string, place: Place): Rule | undefined {
    const rule = this.#rules.find(
      ({ to, on, left }) =>
        left > 0 &&
        (to === 'everyone' ? place !== 'guests' || on === place : to === name) &&
        (on === 'both' || on === place),
    );
    if (rule) rule.left -= 1;
    return rule;
  }

  async #respond({
    url,
    method,
    headers,
    token,
    body,
  }: FakeCoordinator['requests'][number]): Promise<Response> {
    const isGuest = method === 'POST' && url.pathname === '/video/guest';
    const name = this.#options.nameOf(token);
    if (isGuest) {
      this.guests += 1;
      if (headers.has('authorization')) throw new VectorError('a guest is created without a token');
    } else {
      this.sent.push(name);
      this.bodies.push(body);
    }
    const rule = this.#rule(name, isGuest ? 'guests' : 'requests');
    if (rule && rule.after > 0) await this.#options.wait(rule.after);
    if (rule && rule.says !== 'ok') return this.#refuse(rule, token);
    const date = this.saysDate ? { date: new Date(Date.now() + this.offsetMs).toUTCString() } : {};
    if (!isGuest) return answer(CALL, 200, date);
    const guest = this.#options.guest();
    return answer({ user: { id: guest.id }, access_token: guest.token }, 201, date);
  }

  #refuse({ says, status }: Rule, token: string | null): Response | Promise<Response> {
    if (typeof says !== 'number') return oneOf(OTHERS, says, 'server.says')();
    this.lastRefused = token ?? undefined;
    return refusal(says, status ?? STATUS[says] ?? 401);
  }

  #accept(socket: FakeSocket): void {
    socket.send = (data) => {
      const frame = JSON.parse(data);
      socket.sent.push(frame);
      if (!Array.isArray(frame)) void this.#greet(socket, frame.token, frame.user_details.id);
      else if (this.socketsAre === 'open') socket.receive(this.frame({ type: 'health.check' }));
    };
    if (this.socketsAre === 'broken') queueMicrotask(() => socket.end(1006));
    if (this.socketsAre === 'open' || this.socketsAre === 'mute')
      queueMicrotask(() => socket.readyState === 0 && socket.open());
  }

  async #greet(socket: FakeSocket, token: string, userId: string): Promise<void> {
    const name = this.#options.nameOf(token);
    this.handshakes.push(name);
    const rule = this.#rule(name, 'sockets');
    if (rule && rule.after > 0) await this.#options.wait(rule.after);
    if (rule?.says === 'nothing') return;
    if (typeof rule?.says === 'number') {
      const { says } = rule;
      this.lastRefused = token;
      const error = {
        StatusCode: rule.status ?? STATUS[says] ?? 401,
        code: says,
        message: `Refused: "${says}"`,
      };
      socket.receive(this.frame({ type: 'connection.error', connection_id: 'x', error }));
      return socket.end(4401, 'refused');
    }
    this.#connections += 1;
    const connection_id = `connection-${this.#connections}`;
    socket.receive(this.frame({ type: 'connection.ok', connection_id, me: { id: userId } }));
  }
}
