import { afterEach, beforeEach } from 'vitest';
import {
  type Emulator,
  type LiveMessage,
  type LiveSnapshot,
  type StartEmulatorOptions,
  startEmulator,
} from '../../../src/emulator/index.js';
import { checkAnswer } from './shapes.js';
import { TestSocket } from './test-socket.js';

type Json = Record<string, unknown>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests read wire objects by their names
  readonly body: any;
}

interface SendOptions {
  token?: string | undefined;
  authType?: string | undefined;
  body?: unknown;
  query?: Record<string, string | undefined> | undefined;
  headers?: Record<string, string> | undefined;
  apiKey?: string | undefined;
}

/** What the live feed tells first. */
export function snapshotOf(emulator: Emulator): LiveSnapshot {
  const told: LiveMessage[] = [];
  emulator.observe((message) => told.push(message))();
  const [first] = told;
  if (first?.type !== 'snapshot') throw new Error('the first message is a snapshot');
  return first;
}

/** An emulator per test, and the few verbs that tests speak. */
export class Scene {
  #emulator: Emulator | undefined;
  #sockets: TestSocket[] = [];

  constructor(options: StartEmulatorOptions = {}) {
    beforeEach(async () => {
      this.#emulator = await startEmulator(options);
    });
    afterEach(async () => {
      for (const socket of this.#sockets) socket.end();
      this.#sockets = [];
      await this.#emulator?.stop();
      this.#emulator = undefined;
    });
  }

  get emulator(): Emulator {
    if (this.#emulator === undefined) throw new Error('no emulator outside a test');
    return this.#emulator;
  }

  /** One request to any path of the emulator; the answer's shape is checked. */
  async send(method: string, path: string, options: SendOptions = {}): Promise<Answer> {
    const {
      token,
      authType = 'jwt',
      body,
      query = {},
      headers = {},
      apiKey = this.emulator.apiKey,
    } = options;
    const url = new URL(path, this.emulator.url);
    url.searchParams.set('api_key', apiKey);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, value);
    const response = await fetch(url, {
      method,
      headers: {
        'stream-auth-type': authType,
        ...(token === undefined ? {} : { authorization: token }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text === '' ? undefined : JSON.parse(text);
    checkAnswer(this.emulator.requests.at(-1)?.operation, url.pathname, response.status, parsed);
    return { status: response.status, headers: response.headers, body: parsed };
  }

  /** A request of a signed-in user, under `/video`. */
  async as(
    userId: string,
    method: string,
    path: string,
    body?: unknown,
    query?: SendOptions['query'],
  ): Promise<Answer> {
    const token = await this.emulator.userToken(userId);
    return this.send(method, `/video${path}`, { token, body, query });
  }

  /** A request of a server, under `/api/v2`. */
  async asServer(
    method: string,
    path: string,
    body?: unknown,
    query?: SendOptions['query'],
  ): Promise<Answer> {
    const { signToken } = await import('../../../src/server/sign.js');
    const token = await signToken({ server: true }, this.emulator.apiSecret);
    return this.send(method, `/api/v2${path}`, { token, body, query });
  }

  /** Makes these users known, as a server would: only known users become members. */
  async know(...ids: string[]): Promise<void> {
    await this.asServer('POST', '/users', { users: Object.fromEntries(ids.map((id) => [id, { id }])) });
  }

  /** An open socket that has sent nothing yet. */
  async open(
    query: Record<string, string> = {},
    path = '/video/connect',
    headers: Record<string, string> = {},
  ): Promise<TestSocket> {
    const url = new URL(path, this.emulator.url.replace('http', 'ws'));
    const given = { api_key: this.emulator.apiKey, 'stream-auth-type': 'jwt', ...query };
    for (const [name, value] of Object.entries(given)) url.searchParams.set(name, value);
    const socket = new TestSocket(url.href, headers);
    this.#sockets.push(socket);
    await socket.opened;
    return socket;
  }

  /** A socket that has passed its handshake. */
  async connect(userId: string, details: Json = {}, token?: string): Promise<TestSocket> {
    const socket = await this.open();
    socket.send({
      token: token ?? (await this.emulator.userToken(userId)),
      user_details: { id: userId, ...details },
    });
    await socket.next('connection.ok');
    return socket;
  }
}
