import { StreamVideo, type StreamVideoOptions } from 'stream-video-auth';

/** What each measure is made of. Runs in a process of its own, started with `--expose-gc`. */
export const ANSWER = JSON.stringify({ edges: [{ id: 'a' }], duration: '1ms' });
const DATE = new Date().toUTCString();
const HEADERS = { get: (name: string) => (name === 'date' ? DATE : null) };

/** A `fetch` that costs nothing: what is left is the client's own work. */
export async function freeFetch(_url?: unknown, _init?: RequestInit): Promise<Response> {
  return {
    status: 200,
    type: 'basic',
    redirected: false,
    headers: HEADERS,
    text: async () => ANSWER,
  } as unknown as Response;
}

/** A token that lives for an hour. Nobody here verifies its signature. */
export function mint(serial = 0): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const iat = Math.floor(Date.now() / 1000);
  const claims = { user_id: 'martin', iat, exp: iat + 3600, jti: String(serial) };
  return `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}.c2lnbmF0dXJl`;
}

export function client(options: Partial<StreamVideoOptions> = {}): StreamVideo {
  return new StreamVideo({
    apiKey: 'key',
    user: { id: 'martin' },
    token: mint(),
    fetch: freeFetch,
    WebSocket: RawSocket,
    ...options,
  } as StreamVideoOptions);
}

/** What the client sends, for the bare platform. */
export function headers(token: string): Record<string, string> {
  return {
    accept: 'application/json',
    authorization: token,
    'stream-auth-type': 'jwt',
    'x-stream-client': 'bench',
    'x-client-request-id': crypto.randomUUID(),
  };
}

/** A socket without a network. With delays in milliseconds it opens and answers as late as a real one. */
export class RawSocket {
  static openMs = 0;
  static authMs = 0;
  readyState = 0;
  readonly #listeners: Record<string, (event: unknown) => void> = {};

  constructor() {
    setTimeout(() => {
      this.readyState = 1;
      this.#listeners.open?.({});
    }, RawSocket.openMs);
  }

  addEventListener(type: string, listener: (event: unknown) => void): void {
    this.#listeners[type] = listener;
  }

  send(data: string): void {
    const { user_details: me } = JSON.parse(data);
    if (!me) return;
    const created_at = new Date().toISOString();
    const frame = JSON.stringify({ type: 'connection.ok', connection_id: 'bench', created_at, me });
    setTimeout(() => this.#listeners.message?.({ data: frame }), RawSocket.authMs);
  }

  close(): void {
    this.readyState = 3;
  }
}

export const sleep = (delayMs: number) => new Promise<void>((resolve) => setTimeout(resolve, delayMs));

export async function inTurn(times: number, run: (index: number) => unknown): Promise<void> {
  for (let index = 0; index < times; index += 1) await run(index);
}

/** `run` for each, no more than `limit` at once. */
export async function atOnce(times: number, limit: number, run: () => Promise<unknown>): Promise<void> {
  let left = times;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await run();
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, times) }, worker));
}

export async function timed(run: () => unknown): Promise<{ wallMs: number; cpuMs: number }> {
  const cpu = process.cpuUsage();
  const start = performance.now();
  await run();
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs: performance.now() - start, cpuMs: (user + system) / 1000 };
}

/** Bytes that are alive. Finalizers and ended timers need tasks of their own. */
export async function heapBytes(): Promise<number> {
  for (let round = 0; round < 4; round += 1) {
    await sleep(5);
    (globalThis as { gc?: () => void }).gc?.();
  }
  return process.memoryUsage().heapUsed;
}

/**
 * Bytes that are allocated meanwhile: the process is started with a nursery that holds all of them. The least of three
 * passes counts, since what the engine allocates for itself, such as compiled code, only adds.
 */
export async function garbageBytes(run: () => unknown): Promise<number> {
  const passes: number[] = [];
  while (passes.length < 3) {
    const before = (await heapBytes()) && process.memoryUsage().heapUsed;
    await run();
    passes.push(process.memoryUsage().heapUsed - before);
  }
  return Math.min(...passes);
}
