import type { TrackInfo } from './messages.js';
import { SubscriberMedia } from './offer-rewriting.js';
import { parseSdp, type Sdp, ufragOf } from './sdp.js';
import type { Endpoint } from './transport.js';

const KEPT_CANDIDATES = 60;

export interface Candidate {
  /** As a line of an SDP. */
  readonly line: string;
  readonly ufrag: string | undefined;
  readonly init: Readonly<Record<string, unknown>>;
}

/** The candidates of one connection, as far as they are known. */
class Candidates {
  #known: Candidate[] = [];

  /** Takes in the JSON of one; undefined for what is none. */
  add(json: string): Candidate | undefined {
    const candidate = readCandidate(json);
    if (candidate !== undefined) this.#known = [...this.#known, candidate].slice(-KEPT_CANDIDATES);
    return candidate;
  }

  /** Those that belong to these ICE credentials. */
  of(ufrag: string | undefined): readonly Candidate[] {
    return this.#known.filter((one) => one.ufrag === ufrag);
  }
}

function readCandidate(json: string): Candidate | undefined {
  try {
    const init = JSON.parse(json) as Readonly<Record<string, unknown>>;
    const text = init.candidate;
    if (typeof text !== 'string' || !/^candidate:[\x20-\x7e]{1,500}$/.test(text)) return undefined;
    const { usernameFragment } = init;
    const ufrag = typeof usernameFragment === 'string' ? usernameFragment : / ufrag (\S+)/.exec(text)?.[1];
    return { line: `a=${text}`, ufrag, init };
  } catch {
    return undefined;
  }
}

/** The two connections of one session: what it publishes, and what it subscribes to. */
export class Leg {
  readonly endpoint: Endpoint;
  /** Names the connections: a session that comes back with other ones has another leg. */
  readonly id = globalThis.crypto.randomUUID();
  readonly subscriber = new SubscriberMedia();
  readonly publisherCandidates = new Candidates();
  readonly subscriberCandidates = new Candidates();
  /** The publisher's last offer. */
  offer: Sdp | undefined;
  tracks: readonly TrackInfo[] = [];
  /** Whether the publisher has had a connection: from then on it must not be left without one. */
  hasSpoken = false;
  /** Whether the counterpart may learn where the publisher is. */
  isRevealed = false;
  /** Offers in a row that its counterpart did not answer. */
  unanswered = 0;
  /** Whose subscriber the publisher speaks to. */
  sink: Leg | undefined;
  /** Whose publisher the subscriber listens to. */
  source: Leg | undefined;

  constructor(endpoint: Endpoint) {
    this.endpoint = endpoint;
  }

  get hasPublished(): boolean {
    return this.offer !== undefined && this.tracks.length > 0;
  }

  note(sdp: string, tracks: readonly TrackInfo[]): Sdp {
    this.offer = parseSdp(sdp);
    this.tracks = tracks;
    return this.offer;
  }

  /** The candidates of the publisher's last offer. */
  ownCandidates(): readonly Candidate[] {
    return this.offer === undefined ? [] : this.publisherCandidates.of(ufragOf(this.offer));
  }
}
