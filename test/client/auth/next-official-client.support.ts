import { WebSocket } from 'ws';
import type { Emulator } from '../../../src/emulator/index.js';

type Provider = () => Promise<string>;

/** How long the published client waits after so many failures in a row. */
function retryInterval(failures: number): number {
  const longest = Math.min(500 + failures * 2_000, 5_000);
  const shortest = Math.min(Math.max(250, (failures - 1) * 2_000), 5_000);
  return shortest + Math.random() * (longest - shortest);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

interface Answer {
  readonly status: number;
  readonly body: { readonly code?: number; readonly message?: string };
}

/**
 * The next official JavaScript client as far as its wire shows it: requests and socket under `/api/v2`, times in
 * nanoseconds. What it does about a refused token is what the published one does: each request asks for another by
 * itself and repeats without a limit, and a socket that was cut begins with the token of before.
 */
export class NextOfficialClient {
  readonly #emulator: Emulator;
  #provider: Provider = () => Promise.reject(new Error('no user is set'));
  #userId = '';
  #token = '';
  #failures = 0;
  #socket: WebSocket | undefined;
  #connectionId: Promise<string> = Promise.resolve('');
  #isDisconnected = false;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
  }

  async connectUser({ id }: { id: string }, provider: Provider): Promise<void> {
    this.#userId = id;
    this.#provider = provider;
    await this.#loadToken();
    this.#connectionId = this.#open();
    await this.#connectionId;
  }

  getDevices(): Promise<object> {
    return this.#request('GET', '/devices');
  }

  getEdges(): Promise<object> {
    return this.#request('GET', '/video/edges');
  }

  async disconnectUser(): Promise<void> {
    this.#isDisconnected = true;
    const socket = this.#socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.close(1000);
    await closed;
  }

  async #loadToken(): Promise<void> {
    try {
      this.#token = await this.#provider();
    } catch (error) {
      throw new Error(`Call to tokenProvider failed with message: ${error}`);
    }
  }

  async #request(method: string, path: string): Promise<object> {
    for (;;) {
      const { status, body } = await this.#send(method, path, await this.#connectionId);
      if (status < 300) {
        this.#failures = 0;
        return body;
      }
      if (body.code !== 40) throw Object.assign(new Error(body.message), body);
      this.#failures += 1;
      if (this.#failures > 1) await pause(retryInterval(this.#failures));
      await this.#loadToken();
    }
  }

  async #send(method: string, path: string, connectionId: string): Promise<Answer> {
    const query = new URLSearchParams({
      user_id: this.#userId,
      connection_id: connectionId,
      api_key: this.#emulator.apiKey,
    });
    const response = await fetch(`${this.#emulator.url}/api/v2${path}?${query}`, {
      method,
      headers: {
        authorization: this.#token,
        'stream-auth-type': 'jwt',
        'x-stream-client': 'stream-video-plain_javascript-v2.0.0|client_bundle=node-esm',
        'x-client-request-id': crypto.randomUUID(),
      },
    });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  }

  /** Resolves with the connection's id, after as many handshakes as it takes. */
  async #open(): Promise<string> {
    for (let failures = 1; !this.#isDisconnected; failures += 1) {
      const outcome = await this.#shakeHands();
      if (typeof outcome === 'string') return outcome;
      if (outcome.code === 40) await this.#loadToken();
      await pause(retryInterval(failures));
    }
    return '';
  }

  #shakeHands(): Promise<string | { readonly code?: number }> {
    const { url, apiKey } = this.#emulator;
    const query = new URLSearchParams({ api_key: apiKey, 'stream-auth-type': 'jwt' });
    const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v2/connect?${query}`);
    this.#socket = socket;
    return new Promise((resolve) => {
      socket.once('open', () => {
        const user_details = { id: this.#userId };
        socket.send(JSON.stringify({ token: this.#token, products: ['video'], user_details }));
      });
      socket.once('message', (text) => {
        const frame = JSON.parse(String(text));
        if (frame.type === 'connection.error') return resolve(frame.error);
        socket.once('close', () => {
          // Its token may be the reason, which it is told by the next handshake only.
          if (!this.#isDisconnected) this.#connectionId = pause(retryInterval(1)).then(() => this.#open());
        });
        resolve(frame.connection_id);
      });
      socket.once('error', () => resolve({}));
    });
  }
}
