import { stringify, type TimeForm } from './instant.js';
import type { LiveClient } from './live.js';

/** One authenticated socket, as the rest of the coordinator sees it. */
export interface Connection {
  readonly id: string;
  readonly userId: string;
  readonly product: 'video' | 'chat';
  /** How times are written in what this socket gets. */
  readonly timeForm: TimeForm;
  readonly watched: Set<string>;
  describe(): LiveClient;
  send(text: string): void;
  /** Sends `connection.error` with the code, and closes unless told not to. */
  fail(code: number, reason: string, options?: { close?: boolean | undefined }): void;
  /** Ends the socket if its token has died meanwhile and sockets are cut for that. */
  review(): void;
  /** Closes with a code; without one, or with 1006, cuts the line. */
  drop(code?: number): void;
}

interface Audience {
  cid?: string | undefined;
  userIds?: Iterable<string> | undefined;
}

/** The sockets that are connected now, by id, by user and by the calls that they watch. */
export class Connections {
  readonly #byId = new Map<string, Connection>();
  readonly #byUser = new Map<string, Set<Connection>>();
  readonly #byCid = new Map<string, Set<Connection>>();

  get size(): number {
    return this.#byId.size;
  }

  all(): Connection[] {
    return [...this.#byId.values()];
  }

  find(id: string): Connection | undefined {
    return this.#byId.get(id);
  }

  ofUser(userId: string): readonly Connection[] {
    return [...(this.#byUser.get(userId) ?? [])];
  }

  countOf(userId: string): number {
    return this.#byUser.get(userId)?.size ?? 0;
  }

  add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
    addTo(this.#byUser, connection.userId, connection);
  }

  remove(connection: Connection): void {
    this.#byId.delete(connection.id);
    removeFrom(this.#byUser, connection.userId, connection);
    for (const cid of connection.watched) removeFrom(this.#byCid, cid, connection);
    connection.watched.clear();
  }

  watch(connectionId: string | undefined, cid: string): void {
    const connection = connectionId === undefined ? undefined : this.#byId.get(connectionId);
    if (connection === undefined || connection.product !== 'video') return;
    connection.watched.add(cid);
    addTo(this.#byCid, cid, connection);
  }

  isWatched(cid: string): boolean {
    return this.#byCid.has(cid);
  }

  watchersOf(cid: string): Iterable<Connection> {
    return this.#byCid.get(cid) ?? [];
  }

  /** Sends an event once to each socket of the audience. */
  publish(event: Readonly<Record<string, unknown>>, { cid, userIds = [] }: Audience): void {
    const audience = new Set(cid === undefined ? [] : this.watchersOf(cid));
    for (const userId of userIds) {
      for (const connection of this.#byUser.get(userId) ?? []) audience.add(connection);
    }
    if (audience.size === 0) return;
    const texts = new Map<TimeForm, string>();
    for (const { product, timeForm, send } of audience) {
      if (product !== 'video') continue;
      const text = texts.get(timeForm) ?? stringify(event, timeForm);
      texts.set(timeForm, text);
      send(text);
    }
  }
}

function addTo(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const held = index.get(key);
  if (held === undefined) index.set(key, new Set([connection]));
  else held.add(connection);
}

function removeFrom(index: Map<string, Set<Connection>>, key: string, connection: Connection): void {
  const held = index.get(key);
  held?.delete(connection);
  if (held?.size === 0) index.delete(key);
}
