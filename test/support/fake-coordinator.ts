import type { Fetch, WebSocketConstructor } from 'stream-video-auth';

export interface SeenRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: unknown;
  /** The raw token, or null. */
  readonly token: string | null;
  readonly signal: AbortSignal | null | undefined;
}

type Answer = Response | Promise<Response>;

/** An answer of the coordinator. */
export function answer(
  data: object = { duration: '1ms' },
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(data), {
    status,
    headers: { 'content-type': 'application/json', ...headers },
  });
}

/** A refusal in the coordinator's words. */
export function refusal(code: number, status = 401, extra: object = {}): Response {
  return answer(
    {
      StatusCode: status,
      code,
      message: `Test failed with error: "${code}"`,
      duration: '1ms',
      more_info: '',
      details: [],
      ...extra,
    },
    status,
  );
}

/** A coordinator's HTTP side in the test's hands: no I/O, works in virtual time. */
export class FakeCoordinator {
  readonly requests: SeenRequest[] = [];
  /** Decides about each request; by default everything is fine. */
  respond: (request: SeenRequest) => Answer = () => answer();

  readonly fetch: Fetch = async (input, init = {}) => {
    const headers = new Headers(init.headers);
    const request: SeenRequest = {
      method: init.method ?? 'GET',
      url: new URL(input),
      headers,
      body: init.body,
      token: headers.get('authorization'),
      signal: init.signal,
    };
    this.requests.push(request);
    return this.respond(request);
  };

  get tokens(): (string | null)[] {
    return this.requests.map(({ token }) => token);
  }
}

type Listener = (event: never) => void;

/** One socket in the test's hands, with the least that the client may count on. */
export class FakeSocket {
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  closedWith: { code: number | undefined; reason: string | undefined } | undefined;
  readonly #listeners = new Map<string, Listener[]>();

  constructor(readonly url: string) {}

  addEventListener(type: string, listener: Listener): void {
    this.#listeners.set(type, [...(this.#listeners.get(type) ?? []), listener]);
  }

  send(data: string): void {
    this.sent.push(JSON.parse(data));
  }

  close(code?: number, reason?: string): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.closedWith = { code, reason };
  }

  open(): void {
    this.readyState = 1;
    this.dispatch('open', {});
  }

  /** A frame from the server; objects as JSON text, bytes as they are. */
  receive(frame: unknown): void {
    const isData = typeof frame === 'object' && !(frame instanceof ArrayBuffer);
    this.dispatch('message', { data: isData ? JSON.stringify(frame) : frame });
  }

  /** The other side, or the network, ends it. */
  end(code?: number, reason = ''): void {
    this.readyState = 3;
    this.dispatch('close', { code, reason });
  }

  fail(message = 'broken'): void {
    this.dispatch('error', { message });
  }

  ok(userId = 'martin', connectionId = 'connection-1'): void {
    const created_at = new Date().toISOString();
    this.receive({ type: 'connection.ok', connection_id: connectionId, created_at, me: { id: userId } });
  }

  refuse(code: number, status = 401): void {
    const error = { StatusCode: status, code, message: `Connect failed with error: "${code}"` };
    this.receive({
      type: 'connection.error',
      connection_id: 'x',
      created_at: new Date().toISOString(),
      error,
    });
  }

  /** An event of the platform, of whatever form. */
  dispatch(type: string, event: unknown): void {
    for (const listener of this.#listeners.get(type) ?? []) listener(event as never);
  }
}

/** A WebSocket class whose sockets are kept for the test; `opened` is called with each one made. */
export function fakeWebSockets(opened: (socket: FakeSocket) => void = () => {}) {
  const sockets: FakeSocket[] = [];
  class TestWebSocket extends FakeSocket {
    constructor(url: string) {
      super(url);
      sockets.push(this);
      opened(this);
    }
  }
  return { sockets, WebSocket: TestWebSocket as unknown as WebSocketConstructor };
}
