import type { TrackInfo } from './messages.js';
import { TRACK_TYPE } from './messages.js';
import { attribute, isRejected, midOf, parseSdp, type Sdp, sessionLines, writeSdp } from './sdp.js';

// One browser's publisher speaks to another's subscriber, which numbers its media differently: it may have had
// somebody else before.

/** A medium of a subscriber's connection. */
interface Slot {
  /** Empty for a place whose medium was rejected: another may take it, under another name. */
  readonly mid: string;
  /** As they were offered last. */
  lines: readonly string[];
}

export interface Publication {
  /** Names the publisher's connection. */
  readonly connection: string;
  readonly lookupPrefix: string;
  readonly offer: Sdp;
  readonly tracks: readonly TrackInfo[];
  /** Whether nothing is to flow: the connection is held open, and no more. */
  readonly isIdle: boolean;
}

// What tells media apart by their mid or encodings by their name: both are written again here.
const EXTENSION_BY_NAME =
  /^a=extmap:\S+ urn:ietf:params:rtp-hdrext:sdes:(?:mid|rtp-stream-id|repaired-rtp-stream-id)/;
const OWN_TO_THE_PUBLISHER = /^a=(?:candidate|rid|simulcast)[: ]/;
const SOURCE_LINE = /^a=(?:ssrc|ssrc-group|msid)[: ]/;
const DIRECTION_LINE = /^a=(?:sendrecv|sendonly|recvonly|inactive)$/;

const NAMES: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(TRACK_TYPE).map(([name, type]) => [type, name]),
);

/** The media of one subscriber's connection, and the offers that it gets. */
export class SubscriberMedia {
  #slots: Slot[] = [];
  /** Where each of the publisher's media has its place. All are freed at once, and taken again in their order. */
  #places = new Map<string, number>();
  #connection: string | undefined;
  #version = 1;
  #mids = 0;

  /** The publisher's connection that the transport belongs to; undefined where there is no transport. */
  get connection(): string | undefined {
    return this.#connection;
  }

  /** The medium whose transport all others share. */
  get firstMid(): string {
    return this.#slots[0]?.mid ?? '';
  }

  /** The offer by which the subscriber gets what a publisher sends. A transport belongs to one publisher. */
  offer(publication: Publication): string {
    this.#connection = publication.connection;
    const types = new Map(publication.tracks.map(({ mid, trackType }) => [mid, trackType]));
    for (const section of publication.offer.media) {
      const sourceMid = midOf(section);
      const slot = this.#slotOf(sourceMid);
      slot.lines = carry(slot.mid, section, publication, types.get(sourceMid));
    }
    return this.#write(this.#slots.map(({ lines }) => lines));
  }

  /** The offer that ends the subscriber's transport: it waits as if it were new. */
  rejectAll(): string {
    const media = this.#slots.map(({ lines: [head = '', ...lines], mid }) => [
      head.replace(/^(m=\S+) \d+/, '$1 0'),
      'c=IN IP4 0.0.0.0',
      ...(mid === '' ? lines.filter((line) => line.startsWith('a=mid:')) : [`a=mid:${mid}`]),
      'a=inactive',
      ...lines.filter((line) => line.startsWith('a=rtpmap:')),
    ]);
    // Without a group a browser refuses, so the rejected media are named in it.
    const text = this.#write(media);
    this.#slots = media.map((lines) => ({ mid: '', lines }));
    this.#places.clear();
    this.#connection = undefined;
    return text;
  }

  /** A subscriber's answer in the order and with the names of the publisher's media. */
  answerFor({ offer }: Publication, answer: string, candidates: readonly string[]): string {
    const { media } = parseSdp(answer);
    const mids = offer.media.map(midOf);
    const sections = mids.map((mid) => {
      const lines = media[this.#places.get(mid) ?? -1] ?? [];
      return lines
        .filter((line) => !line.startsWith('a=candidate:') && line !== 'a=end-of-candidates')
        .map((line) => (line.startsWith('a=mid:') ? `a=mid:${mid}` : line));
    });
    const known = media.flat().filter((line) => line.startsWith('a=candidate:'));
    const [first = [], ...others] = sections;
    const accepted = mids.filter((_mid, index) => !isRejected(sections[index] ?? []));
    this.#version += 1;
    return writeSdp({
      session: sessionLines(this.#version, accepted),
      media: [[...first, ...new Set([...known, ...candidates])], ...others],
    });
  }

  /** The place of a publisher's medium: its own, else one that waits for another, else one more. */
  #slotOf(sourceMid: string): Slot {
    const own = this.#slots[this.#places.get(sourceMid) ?? -1];
    if (own !== undefined) return own;
    this.#mids += 1;
    const slot: Slot = { mid: `m${this.#mids}`, lines: [] };
    const place = this.#places.size;
    this.#places.set(sourceMid, place);
    this.#slots[place] = slot;
    return slot;
  }

  #write(media: readonly (readonly string[])[]): string {
    this.#version += 1;
    // A place that waits for another medium stays rejected.
    const named = this.#slots.map(({ mid }) => mid).filter((mid) => mid !== '');
    return writeSdp({ session: sessionLines(this.#version, named), media });
  }
}

/** A publisher's medium as its subscriber is offered it. */
function carry(
  mid: string,
  section: readonly string[],
  { lookupPrefix, isIdle }: Publication,
  trackType = 0,
): readonly string[] {
  const name = NAMES[trackType];
  const isSending = section.includes('a=sendonly') || section.includes('a=sendrecv');
  const kept = section
    .filter((line) => !EXTENSION_BY_NAME.test(line) && !OWN_TO_THE_PUBLISHER.test(line))
    .map((line) => (line.startsWith('a=mid:') ? `a=mid:${mid}` : line));
  if (name === undefined || !isSending || isIdle) {
    return kept
      .filter((line) => !SOURCE_LINE.test(line))
      .map((line) => (DIRECTION_LINE.test(line) ? 'a=inactive' : line));
  }
  const stream = `${lookupPrefix}:${name}`;
  const trackId = (attribute(section, 'msid') ?? '').split(' ')[1] ?? `${stream}:${mid}`;
  return kept.map((line) => {
    if (line.startsWith('a=msid:')) return `a=msid:${stream} ${trackId}`;
    if (DIRECTION_LINE.test(line)) return 'a=sendonly';
    return line.replace(/^(a=ssrc:\d+ msid:)\S+ \S+$/, `$1${stream} ${trackId}`);
  });
}
