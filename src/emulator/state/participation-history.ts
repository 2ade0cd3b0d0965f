import type { EmulatedClock } from './clock.js';
import type { LiveReconnect, LiveTrack } from './live.js';
import type { ParticipationRecord, ReconnectStrategy, TrackKind } from './participants.js';

const KEPT_TRACKS = 200;
const KEPT_RECONNECTS = 100;

/** What happened to one participation, for whoever looks at it later. Bounded: the newest is kept. */
export class ParticipationHistory implements ParticipationRecord {
  readonly #clock: EmulatedClock;
  #tracks: LiveTrack[] = [];
  #reconnects: LiveReconnect[] = [];
  #end: { readonly at: number; readonly reason: string } | undefined;

  constructor(clock: EmulatedClock) {
    this.#clock = clock;
  }

  get tracks(): readonly LiveTrack[] {
    return this.#tracks;
  }

  get reconnects(): readonly LiveReconnect[] {
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

  #endTracks(isMeant: (track: LiveTrack) => boolean): void {
    const until = this.#clock.now();
    this.#tracks = this.#tracks.map((track) =>
      track.until === undefined && isMeant(track) ? { ...track, until } : track,
    );
  }
}
