import { sanitize } from '../../shared/sanitize.js';
import { revocationOf } from '../auth/revocation.js';
import type { Connection } from '../state/connections.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant, stringify } from '../state/instant.js';
import { redactText } from '../state/journal-redaction.js';
import type { KnownToken } from '../state/token-registry.js';
import type { User } from '../state/user.js';
import { Failure } from '../wire/api-failure.js';
import { wireFullUser } from '../wire/user.js';
import { FrameRate } from './frame-rate.js';
import { type AuthFrame, parseFrame, readAuthFrame } from './frames.js';
import { admit, chatFrame, recordHandshake } from './handshake.js';
import type { Opening, Peer, SocketEvents } from './peer.js';
import { type SocketDialect, socketDialectOf } from './socket-paths.js';

const AUTH_FRAME_LIMIT_MS = 10_000;
const MAX_BUFFERED_BYTES = 1024 * 1024;
const MAX_TIMER_MS = 2 ** 31 - 1;

function closeCodeOf(failure: Failure): number {
  if (failure.status === 401) return 4401;
  return failure.code === 71 ? 4429 : 4400;
}

/**
 * One socket, from its opening to its end: waits for the auth frame (chat sends its details in the URL), answers
 * pings, carries events. There is no second authentication: a new token means a new socket.
 */
export class SocketSession implements SocketEvents {
  readonly id = globalThis.crypto.randomUUID();
  readonly #coordinator: Coordinator;
  readonly #peer: Peer;
  readonly #frames = new FrameRate();
  readonly #opening: Opening;
  readonly #speaks: SocketDialect;
  #state: 'waiting' | 'authenticating' | 'connected' | 'closed' = 'waiting';
  #connection: Connection | undefined;
  #token: KnownToken | undefined;
  #cancelAuthLimit: () => void = () => {};
  #cancelExpiry: () => void = () => {};
  #endedBy: { code: number; apiCode?: number | undefined } | undefined;

  constructor(coordinator: Coordinator, peer: Peer, opening: Opening) {
    this.#coordinator = coordinator;
    this.#peer = peer;
    this.#opening = opening;
    this.#speaks = socketDialectOf(opening.path);
    coordinator.lines.add(this);
    if (this.#speaks.product === 'chat') void this.#authenticate(chatFrame(opening.query));
    else {
      this.#cancelAuthLimit = coordinator.timers.after(AUTH_FRAME_LIMIT_MS, () => {
        this.#refuse(new Failure(5, 'no auth frame came in time'));
      });
    }
  }

  receive(data: string | Uint8Array): void {
    if (this.#state === 'closed') return;
    const failure = this.#read(data);
    if (failure !== undefined) this.#refuse(failure);
  }

  ping(): void {
    if (this.#state === 'connected') this.#sendHealthCheck();
  }

  closed(code: number): void {
    if (this.#state === 'closed' && this.#connection === undefined) {
      this.#coordinator.lines.delete(this);
      return;
    }
    this.#finish();
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#connection = undefined;
    this.#coordinator.report({
      type: 'disconnected',
      now: this.#coordinator.clock.now(),
      connectionId: this.id,
      userId: redactText(connection.userId),
      code: this.#endedBy?.code ?? code,
      by: this.#endedBy === undefined ? 'client' : 'emulator',
      apiCode: this.#endedBy?.apiCode,
    });
  }

  /** Cuts the line; for the end of the emulator. */
  cut(): void {
    this.#end(() => this.#peer.cut(), 1006);
  }

  #read(data: string | Uint8Array): Failure | undefined {
    if (this.#frames.isExceeded()) return new Failure(9, 'too many frames');
    const frame = parseFrame(data);
    if (frame === undefined) return new Failure(4, 'the frame is not JSON');
    if (this.#state === 'connected') this.#sendHealthCheck();
    if (this.#state !== 'waiting') return undefined;
    const auth = readAuthFrame(frame);
    if (auth === undefined) return new Failure(5, 'the first frame is not an auth frame');
    void this.#authenticate(auth);
    return undefined;
  }

  async #authenticate(auth: AuthFrame | undefined): Promise<void> {
    const coordinator = this.#coordinator;
    this.#state = 'authenticating';
    this.#cancelAuthLimit();
    const request = { opening: this.#opening, auth, product: this.#speaks.product };
    const recorded = recordHandshake(coordinator, request, this.id);
    const startedAt = globalThis.performance.now();
    const delayMs = coordinator.planned.nextDelayMs();
    if (delayMs > 0) await coordinator.timers.sleep(delayMs);
    try {
      const { user, token } = await admit(coordinator, request, recorded);
      // The client may have gone while its token was checked.
      if (this.#isClosed()) return;
      this.#token = token;
      this.#connect(user);
      recorded.status = 101;
      recorded.userId = redactText(user.id);
    } catch (error) {
      if (!(error instanceof Failure)) coordinator.surprised(error);
      const failure = error instanceof Failure ? error : new Failure(-1, 'internal error');
      recorded.status = failure.status;
      recorded.apiCode = failure.code;
      recorded.message = sanitize(failure.message);
      this.#refuse(failure);
    } finally {
      recorded.durationMs = globalThis.performance.now() - startedAt;
      coordinator.reportRequest(recorded);
    }
  }

  #isClosed(): boolean {
    return this.#state === 'closed';
  }

  #connect(user: User): void {
    const { clock, connections } = this.#coordinator;
    this.#state = 'connected';
    const now = new Instant(clock.now());
    const client = {
      connectionId: this.id,
      userId: redactText(user.id),
      product: this.#speaks.product,
      tokenId: this.#token?.id,
      connectedAt: now.ms,
      client: sanitize(this.#opening.query.get('X-Stream-Client') ?? '') || undefined,
    };
    const connection: Connection = {
      id: this.id,
      userId: user.id,
      product: this.#speaks.product,
      timeForm: this.#speaks.timeForm,
      watched: new Set(),
      describe: () => client,
      send: (text) => this.#send(text),
      fail: (code, reason, { close = true } = {}) => {
        if (close) this.#refuse(new Failure(code, reason));
        else this.#sendError(new Failure(code, reason));
      },
      review: () => this.#armExpiry(),
      drop: (code) => this.#drop(code),
    };
    this.#connection = connection;
    connections.add(connection);
    const frame = { connection_id: this.id, created_at: now, me: wireFullUser(user, this.#speaks.dialect) };
    this.#sendFrame(
      this.#speaks.product === 'chat'
        ? { type: 'health.check', cid: '*', ...frame }
        : { type: 'connection.ok', ...frame },
    );
    this.#coordinator.report({ type: 'connected', now: now.ms, client: connection.describe() });
    this.#armExpiry();
  }

  #sendHealthCheck(): void {
    const { clock } = this.#coordinator;
    const frame = {
      type: 'health.check',
      connection_id: this.id,
      cid: '*',
      created_at: new Instant(clock.now()),
      custom: {},
    };
    this.#sendFrame(frame);
  }

  #sendFrame(frame: object): void {
    this.#send(stringify(frame, this.#speaks.timeForm));
  }

  #send(text: string): void {
    if (this.#state === 'closed') return;
    // A client that does not read would fill the memory.
    if (this.#peer.bufferedBytes() > MAX_BUFFERED_BYTES) this.cut();
    else this.#peer.send(text);
  }

  #sendError(failure: Failure): void {
    const error = failure.body('Connect', '0.10ms');
    const createdAt = new Instant(this.#coordinator.clock.now());
    const frame =
      this.#speaks.product === 'chat'
        ? { error }
        : { type: 'connection.error', connection_id: this.id, created_at: createdAt, error };
    this.#sendFrame(frame);
  }

  #refuse(failure: Failure): void {
    if (this.#state === 'closed') return;
    this.#sendError(failure);
    const code = closeCodeOf(failure);
    this.#end(() => this.#peer.close(code, `code ${failure.code}`), code, failure.code);
  }

  #drop(code: number | undefined): void {
    if (code === undefined || code === 1006) this.cut();
    else this.#end(() => this.#peer.close(code, ''), code);
  }

  #end(leave: () => void, code: number, apiCode?: number): void {
    if (this.#state === 'closed') return;
    this.#endedBy = { code, apiCode };
    this.#finish();
    leave();
  }

  #finish(): void {
    this.#state = 'closed';
    this.#cancelAuthLimit();
    this.#cancelExpiry();
    this.#coordinator.lines.delete(this);
    if (this.#connection !== undefined) this.#coordinator.connections.remove(this.#connection);
  }

  #armExpiry(): void {
    const coordinator = this.#coordinator;
    this.#cancelExpiry();
    if (!coordinator.app.cutSocketsAtExpiry || this.#token === undefined || this.#state !== 'connected')
      return;
    const { exp } = this.#token.claims;
    const remainingMs =
      (typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY) - coordinator.clock.now();
    const expired = remainingMs <= 0 ? new Failure(40, 'the token is past its exp claim') : undefined;
    const failure = expired ?? revocationOf(this.#token, coordinator);
    if (failure !== undefined) this.#refuse(failure);
    else if (remainingMs < Number.POSITIVE_INFINITY && !coordinator.clock.isFrozen) {
      const delayMs = Math.min(Math.ceil(remainingMs), MAX_TIMER_MS);
      this.#cancelExpiry = coordinator.timers.after(delayMs, () => this.#armExpiry());
    }
  }
}
