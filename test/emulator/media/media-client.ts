import { WebSocket } from 'ws';
import {
  RPC,
  type RpcName,
  SFU_EVENT,
  SFU_REQUEST,
  type SfuEvent,
} from '../../../src/emulator/media/messages.js';
import { decode, encode, type ValuesOf } from '../../../src/emulator/media/wire-format.js';
import type { Scene } from '../support/emulator.js';

export interface Credentials {
  readonly server: { readonly edge_name: string; readonly url: string; readonly ws_endpoint: string };
  readonly token: string;
  readonly ice_servers: readonly object[];
}

type EventName = keyof SfuEvent;

/** A client of the media server that says what a test tells it to. */
export class MediaClient {
  readonly events: SfuEvent[] = [];
  readonly sessionId: string;
  closeCode: number | undefined;
  readonly #credentials: Credentials;
  readonly #socket: WebSocket;
  #wake = () => {};

  private constructor(credentials: Credentials, sessionId: string) {
    this.#credentials = credentials;
    this.sessionId = sessionId;
    this.#socket = new WebSocket(credentials.server.ws_endpoint);
    this.#socket.on('message', (data, isBinary) => {
      if (!isBinary) throw new Error('a frame came as text');
      this.events.push(decode(SFU_EVENT, new Uint8Array(data as Buffer)));
      this.#wake();
    });
    this.#socket.on('close', (code) => {
      this.closeCode = code;
      this.#wake();
    });
    this.#socket.on('error', () => {});
  }

  static async open(credentials: Credentials, sessionId: string): Promise<MediaClient> {
    const client = new MediaClient(credentials, sessionId);
    await new Promise((resolve) => client.#socket.once('open', resolve));
    return client;
  }

  /** Joins a call as a user: the coordinator's part, then this server's. */
  static async join(
    scene: Scene,
    userId: string,
    cid: string,
    sessionId = `${userId}-1`,
  ): Promise<MediaClient> {
    const client = await MediaClient.open(await credentialsOf(scene, userId, cid), sessionId);
    client.say({ joinRequest: { token: client.#credentials.token, sessionId } });
    await client.next('joinResponse');
    return client;
  }

  say(request: ValuesOf<typeof SFU_REQUEST>): void {
    this.#socket.send(encode(SFU_REQUEST, request));
  }

  sayRaw(data: string | Uint8Array): void {
    this.#socket.send(data);
  }

  /** The first event of this kind, from the start on; waits for it. */
  async next<Name extends EventName>(name: Name): Promise<NonNullable<SfuEvent[Name]>> {
    for (;;) {
      const found = this.events.find((event) => event[name] !== undefined)?.[name];
      if (found !== undefined) return found as NonNullable<SfuEvent[Name]>;
      if (this.closeCode !== undefined) throw new Error(`closed with ${this.closeCode} before ${name}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Everything that came so far, as names; what is on its way has arrived once a ping was answered. */
  async settled(): Promise<string[]> {
    const names = () => this.events.flatMap((event) => Object.keys(event));
    const pings = () => names().filter((name) => name === 'healthCheckResponse').length;
    const before = pings();
    this.say({ healthCheckRequest: {} });
    while (pings() === before) await new Promise((resolve) => setTimeout(resolve, 5));
    return names();
  }

  async closed(): Promise<number> {
    while (this.closeCode === undefined) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.closeCode;
  }

  /** A call over HTTP, in JSON or in binary. */
  async call<Name extends RpcName>(
    name: Name,
    request: ValuesOf<(typeof RPC)[Name]['request']>,
    { isBinary = false, token = this.#credentials.token } = {},
  ): Promise<{ status: number; answer: Record<string, unknown> }> {
    const { request: message, response: answerMessage } = RPC[name];
    const response = await fetch(
      `${this.#credentials.server.url}/stream.video.sfu.signal.SignalServer/${name}`,
      {
        method: 'POST',
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': isBinary ? 'application/protobuf' : 'application/json',
        },
        body: isBinary
          ? new Uint8Array(encode(message as object as typeof SFU_REQUEST, request as object))
          : JSON.stringify(request),
      },
    );
    const bytes = new Uint8Array(await response.arrayBuffer());
    const answer = isBinary
      ? decode(answerMessage as object as typeof SFU_REQUEST, bytes)
      : JSON.parse(new TextDecoder().decode(bytes));
    return { status: response.status, answer: answer as Record<string, unknown> };
  }

  cut(): void {
    this.#socket.terminate();
  }

  end(code = 1000): void {
    this.#socket.close(code);
  }
}

export async function credentialsOf(scene: Scene, userId: string, cid: string): Promise<Credentials> {
  const [type, id] = cid.split(':');
  const { body } = await scene.as(userId, 'POST', `/call/${type}/${id}/join`, {
    location: 'FRA',
    create: type === 'default',
  });
  return body.credentials;
}
