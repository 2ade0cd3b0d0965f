import type { EmulatedClock } from './clock.js';
import type {
  ParticipationRecord,
  Reconnect,
  ReconnectStrategy,
  TrackKind,
  TrackTime,
} from './participants.js';

const KEPT_TRACKS = 200;
const KEPT_RECONNECTS = 100;

/** What happened to one participation, for whoever looks at it later. Bounded: the newest is kept. */
export class ParticipationHistory implements ParticipationRecord {
  readonly #clock: EmulatedClock;
  #tracks: TrackTime[] = [];
  #reconnects: Reconnect[] = [];
  #end: { readonly at: number; readonly reason: string } | undefined;

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
  }

  get tracks(): readonly TrackTime[] {
    return this.#tracks;
  }

  get reconnects(): readonly Reconnect[] {
    return this.#reconnects;
  }

  get end(): { readonly at: number; readonly reason: string } | undefined {
    return this.#end;
  }

  trackOn(kind: TrackKind): void {
    this.#tracks = [...this.#tracks.slice(1 - KEPT_TRACKS), { kind, from: this.#clock.now() }];
  }

  trackOff(kind: TrackKind): void {
    this.#endTracks((track) => track.kind === kind);
  }

  reconnected(strategy: ReconnectStrategy): void {
    this.#reconnects = [...this.#reconnects.slice(1 - KEPT_RECONNECTS), { at: this.#clock.now(), strategy }];
  }

  ended(reason: string): void {
    this.#end = { at: this.#clock.now(), reason };
    this.#endTracks(() => true);
  }

  #endTracks(isMeant: (track: TrackTime) => boolean): void {
    const until = this.#clock.now();
    this.#tracks = this.#tracks.map((track) =>
      track.until === undefined && isMeant(track) ? { ...track, until } : track,
    );
  }
}
