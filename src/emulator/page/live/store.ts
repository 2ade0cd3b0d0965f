import type { Inventory } from '../../control/inventory.js';
import type { RecordedRequest } from '../../state/journal.js';
import type {
  LiveClient,
  LiveFaults,
  LiveMessage,
  LiveParticipant,
  LiveSnapshot,
  LiveToken,
} from '../../state/live.js';
import { faultChanges } from './fault-notes.js';

const KEPT_REQUESTS = 4000;
const KEPT_TOKENS = 2000;
const KEPT_SOCKETS = 3000;
const KEPT_NOTES = 500;
const KEPT_PARTICIPATIONS = 1000;
const NO_FAULTS: LiveFaults = {
  clockSkewMs: 0,
  clockFrozen: false,
  latencyMs: 0,
  jitterMs: 0,
  failingNext: 0,
  rejectingNext: 0,
  guestsDisabled: false,
  authChecksDisabled: false,
  cutSocketsAtExpiry: false,
  mediaFull: false,
  mediaLatencyMs: 0,
};

/** A socket and, once known, how it ended. */
export interface SocketLife {
  readonly client: LiveClient;
  readonly until?: number;
  readonly code?: number;
  readonly by?: 'client' | 'emulator';
  readonly apiCode?: number | undefined;
}

/** Something that was switched for all at one moment. */
export interface FaultNote {
  readonly id: number;
  readonly at: number;
  readonly text: string;
}

/** What the feed has told so far, bounded. */
export class LiveStore {
  snapshot: LiveSnapshot | undefined;
  faults: LiveFaults | undefined;
  /** Grows with every message. */
  version = 0;
  /** The emulator's clock, and this page's when it was told. */
  clock = { now: Date.now(), readAt: globalThis.performance.now() };
  readonly tokens = new Map<number, LiveToken>();
  readonly requests = new Map<number, RecordedRequest>();
  readonly sockets = new Map<string, SocketLife>();
  /** Who is or was on the media side of calls, by a key of the page. */
  readonly participations = new Map<string, LiveParticipant>();
  notes: readonly FaultNote[] = [];
  /** The users and calls, as they were last asked for. */
  inventory: Inventory | undefined;
  #nextNote = 1;

  apply(message: LiveMessage): void {
    this.version += 1;
    this.clock = { now: message.now, readAt: globalThis.performance.now() };
    switch (message.type) {
      case 'snapshot':
        this.#begin(message);
        return;
      case 'token':
        this.#applyToken(message.token, message.now);
        return;
      case 'request':
        put(this.requests, message.request.id, message.request, KEPT_REQUESTS);
        return;
      case 'connected':
        put(this.sockets, message.client.connectionId, { client: message.client }, KEPT_SOCKETS);
        return;
      case 'disconnected': {
        const { connectionId, now: until, code, by, apiCode } = message;
        const socket = this.sockets.get(connectionId);
        if (socket !== undefined) this.sockets.set(connectionId, { ...socket, until, code, by, apiCode });
        return;
      }
      case 'participant':
        this.#putParticipation(message.participant);
        return;
      case 'faults': {
        const changes = this.faults === undefined ? [] : faultChanges(this.faults, message.faults);
        if (changes.length > 0) this.#note(message.now, changes.join('; '));
        this.faults = message.faults;
      }
    }
  }

  /** The emulator's clock now. */
  now(): number {
    const sinceMs = globalThis.performance.now() - this.clock.readAt;
    return this.clock.now + (this.faults?.clockFrozen === true ? 0 : sinceMs);
  }

  forgetRequests(): void {
    this.version += 1;
    this.requests.clear();
  }

  #begin(snapshot: LiveSnapshot): void {
    this.snapshot = snapshot;
    this.faults = snapshot.faults;
    this.sockets.clear();
    this.tokens.clear();
    this.requests.clear();
    this.participations.clear();
    this.#recall(snapshot);
    for (const end of snapshot.ended) this.sockets.set(end.client.connectionId, end);
    for (const token of snapshot.tokens) this.tokens.set(token.id, token);
    for (const request of snapshot.requests) this.requests.set(request.id, request);
    for (const one of [...snapshot.left, ...snapshot.participants]) this.#putParticipation(one);
    for (const client of snapshot.clients) this.sockets.set(client.connectionId, { client });
  }

  // What was switched before this page opened.
  #recall({ switches, tokens }: LiveSnapshot): void {
    const told: { at: number; text: string }[] = [];
    let before: LiveFaults = NO_FAULTS;
    for (const { at, faults } of switches) {
      const changes = faultChanges(before, faults);
      if (changes.length > 0) told.push({ at, text: changes.join('; ') });
      before = faults;
    }
    for (const { ended, endedAt } of tokens) {
      if (ended !== undefined && endedAt !== undefined) told.push({ at: endedAt, text: endedText(ended) });
    }
    this.notes = [];
    for (const { at, text } of told.sort((a, b) => a.at - b.at)) this.#note(at, text);
  }

  #applyToken(token: LiveToken, now: number): void {
    const before = this.tokens.get(token.id);
    put(this.tokens, token.id, token, KEPT_TOKENS);
    if (token.ended !== undefined && before?.ended === undefined) {
      this.#note(token.endedAt ?? now, endedText(token.ended));
    }
    if (token.ended === undefined && before?.ended !== undefined) this.#note(now, 'tokens restored');
  }

  #putParticipation(participant: LiveParticipant): void {
    put(this.participations, participationKey(participant), participant, KEPT_PARTICIPATIONS);
  }

  // One switch tells as many messages as it ends tokens.
  #note(at: number, text: string): void {
    const last = this.notes.at(-1);
    if (last?.text === text && Math.abs(last.at - at) < 5) return;
    this.notes = [...this.notes.slice(-KEPT_NOTES), { id: this.#nextNote, at, text }];
    this.#nextNote += 1;
  }
}

/** Clients name their sessions themselves, and may use a name again. */
export function participationKey({ cid, sessionId, joinedAt }: LiveParticipant): string {
  return JSON.stringify([cid, sessionId, joinedAt]);
}

function endedText(ended: 'expired' | 'revoked'): string {
  return ended === 'revoked' ? 'tokens revoked' : 'tokens expired on demand';
}

function put<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, kept: number): void {
  map.set(key, value);
  if (map.size <= kept) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
