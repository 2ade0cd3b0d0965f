import type { Timers } from '../state/timers.js';
import { type Candidate, Leg } from './leg.js';
import { PUBLISHER, SUBSCRIBER } from './messages.js';
import type { Publication } from './offer-rewriting.js';
import { choosePair } from './pairing.js';
import { placeholderAnswer } from './placeholder-answer.js';
import { isAnswerTo, midOf, parseSdp, ufragOf } from './sdp.js';
import type { Endpoint, MediaTransport, PublisherOffer } from './transport.js';

// A client that has just joined may not listen yet, so an offer is said again until it is answered.
const SAY_AGAIN_MS = 500;
// The client gives up a call after 5 s.
const ANSWER_LIMIT_MS = 4_000;
// A client that negotiates does not hear that it should.
const ASK_AGAIN_MS = 1_500;
// Who has joined publishes a moment later, and where one leaves the other often does, too; a browser takes about five
// seconds to miss its counterpart.
const SILENCE_AFTER_MS = 1_500;
const REVEAL_AFTER_MS = 1_000;
const MAX_ASKS = 6;
const MAX_UNANSWERED = 3;

interface Waiting {
  readonly negotiationId: number;
  readonly offer: string;
  readonly settle: (answer: string | undefined) => void;
}

/**
 * One-to-one media, not a media server: the publisher of one browser and the subscriber of another are brought
 * together, both ways, and send to each other without anything in between. A third waits until one of the
 * two has left.
 */
export class PairedTransport implements MediaTransport {
  readonly #timers: Timers;
  #legs: Leg[] = [];
  #pair: readonly Leg[] = [];
  readonly #waiting = new Map<Leg, Waiting>();
  readonly #asking = new Map<Leg, () => void>();
  #negotiations = 0;
  #cancelSilence = () => {};

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  attach(endpoint: Endpoint, previous = endpoint): void {
    const leg = new Leg(endpoint);
    const replaced = this.#legOf(previous);
    if (replaced === undefined) this.#legs.push(leg);
    else this.#replace(replaced, leg);
    this.#review();
  }

  resume(): void {
    for (const leg of this.#legs) leg.unanswered = 0;
    this.#review();
  }

  /** What flows goes on flowing: only the signalling is away. */
  pause(): void {
    this.#review();
  }

  detach(endpoint: Endpoint): void {
    const leg = this.#legOf(endpoint);
    if (leg === undefined) return;
    this.#legs = this.#legs.filter((one) => one !== leg);
    this.#drop(leg);
    this.#review();
  }

  async publish(endpoint: Endpoint, { sdp, tracks }: PublisherOffer): Promise<string> {
    const leg = this.#legOf(endpoint);
    if (leg === undefined) return placeholderAnswer(sdp);
    const offer = leg.note(sdp, tracks);
    this.#stopAsking(leg);
    const sink = this.#sinkFor(leg);
    if (sink === undefined) return placeholderAnswer(sdp);
    const { lookupPrefix } = endpoint;
    const publication = { connection: leg.id, lookupPrefix, offer, tracks, isIdle: sink === leg };
    this.#connect(leg, sink);
    const answer = await this.#negotiate(sink, publication);
    leg.unanswered = answer === undefined ? leg.unanswered + 1 : 0;
    if (answer === undefined) {
      this.#disconnect(leg);
      this.#review();
      return placeholderAnswer(sdp);
    }
    leg.hasSpoken = true;
    this.#revealLater(leg);
    const candidates = sink.subscriberCandidates.of(ufragOf(parseSdp(answer)));
    return sink.subscriber.answerFor(
      publication,
      answer,
      candidates.map(({ line }) => line),
    );
  }

  answer(endpoint: Endpoint, sdp: string, negotiationId?: number): void {
    const leg = this.#legOf(endpoint);
    const waiting = leg === undefined ? undefined : this.#waiting.get(leg);
    if (waiting === undefined) return;
    // Older clients do not say which offer they answer, and answer each that is said again.
    const isMeant =
      negotiationId === undefined ? isAnswerTo(waiting.offer, sdp) : negotiationId === waiting.negotiationId;
    if (isMeant) waiting.settle(sdp);
  }

  trickle(endpoint: Endpoint, peerType: number, candidate: string): void {
    const leg = this.#legOf(endpoint);
    if (leg === undefined) return;
    if (peerType === PUBLISHER) {
      const known = leg.publisherCandidates.add(candidate);
      if (known !== undefined && leg.isRevealed) this.#reveal(leg, [known]);
      return;
    }
    const known = leg.subscriberCandidates.add(candidate);
    const { source } = leg;
    if (known === undefined || source === undefined) return;
    const mid = midOf(source.offer?.media[0] ?? []);
    source.endpoint.send({ iceTrickle: { peerType: PUBLISHER, iceCandidate: withMid(known, mid) } });
  }

  restartSubscriber(endpoint: Endpoint): void {
    const source = this.#legOf(endpoint)?.source;
    if (source !== undefined) this.#ask(source);
  }

  #legOf(endpoint: Endpoint): Leg | undefined {
    return this.#legs.find((leg) => leg.endpoint === endpoint);
  }

  /** Who comes back with other connections keeps the place, though a third may wait for it. */
  #replace(replaced: Leg, leg: Leg): void {
    const put = (one: Leg) => (one === replaced ? leg : one);
    this.#legs = this.#legs.map(put);
    this.#pair = this.#pair.map(put);
    this.#drop(replaced);
  }

  /** To whom a publisher speaks now: the other of the pair; itself, idly, when it had somebody and is alone. */
  #sinkFor(leg: Leg): Leg | undefined {
    const [one, other] = this.#pair;
    if (leg === one && other !== undefined) return other;
    if (leg === other && one !== undefined) return one;
    return leg.hasSpoken ? leg : undefined;
  }

  /** Brings together who belongs together now. */
  #review(): void {
    this.#pair = choosePair(this.#legs, this.#pair);
    for (const leg of this.#legs) {
      const sink = this.#sinkFor(leg);
      if (!this.#isDue(leg, sink)) continue;
      this.#letGo(leg);
      if (sink !== leg) this.#askInTurn(leg);
    }
    const isAlone = (leg: Leg) => this.#isDue(leg, leg) && this.#sinkFor(leg) === leg;
    if (!this.#legs.some((leg) => this.#isDeserted(leg) || isAlone(leg))) return;
    this.#cancelSilence();
    this.#cancelSilence = this.#timers.after(SILENCE_AFTER_MS, () => {
      for (const leg of this.#legs) {
        if (this.#isDeserted(leg)) this.#silence(leg);
        if (isAlone(leg)) this.#askInTurn(leg);
      }
    });
  }

  #isDue(leg: Leg, sink: Leg | undefined): boolean {
    return leg.hasPublished && sink !== undefined && sink !== leg.sink;
  }

  #askInTurn(leg: Leg): void {
    if (leg.unanswered < MAX_UNANSWERED) this.#ask(leg);
  }

  /** Ends the transport of the subscriber that a publisher speaks to no more. */
  #letGo(leg: Leg): void {
    const { sink } = leg;
    if (sink === undefined) return;
    this.#disconnect(leg);
    if (sink.subscriber.connection === leg.id) this.#silence(sink);
  }

  /** Whether a subscriber has a connection that nobody speaks through, or is about to. */
  #isDeserted(leg: Leg): boolean {
    const isAwaited = this.#legs.some((one) => one.hasPublished && this.#sinkFor(one) === leg);
    return leg.source === undefined && !isAwaited && leg.subscriber.connection !== undefined;
  }

  #connect(leg: Leg, sink: Leg): void {
    if (leg.sink !== undefined && leg.sink !== sink) this.#disconnect(leg);
    if (sink.source !== undefined && sink.source !== leg) this.#disconnect(sink.source);
    if (leg.sink !== sink) leg.isRevealed = false;
    leg.sink = sink;
    sink.source = leg;
  }

  #disconnect(leg: Leg): void {
    if (leg.sink?.source === leg) leg.sink.source = undefined;
    leg.sink = undefined;
    leg.isRevealed = false;
  }

  #drop(leg: Leg): void {
    this.#stopAsking(leg);
    this.#waiting.get(leg)?.settle(undefined);
    if (leg.source !== undefined) this.#disconnect(leg.source);
    this.#disconnect(leg);
    this.#pair = this.#pair.filter((one) => one !== leg);
  }

  /**
   * Passes a publisher's offer to a subscriber; resolves with its answer, undefined when none comes. A transport that
   * was another publisher's is ended first: a browser would go on speaking to that one with the keys of this.
   */
  async #negotiate(sink: Leg, publication: Publication): Promise<string | undefined> {
    const { subscriber } = sink;
    const isOthers = subscriber.connection !== undefined && subscriber.connection !== publication.connection;
    if (isOthers && (await this.#exchange(sink, subscriber.rejectAll())) === undefined) return undefined;
    return this.#exchange(sink, subscriber.offer(publication));
  }

  /** Says an offer until it is answered. */
  #exchange(leg: Leg, sdp: string): Promise<string | undefined> {
    this.#waiting.get(leg)?.settle(undefined);
    this.#negotiations += 1;
    const negotiationId = this.#negotiations;
    return new Promise((resolve) => {
      let cancelRepeat = () => {};
      const settle = (answer: string | undefined) => {
        cancelRepeat();
        cancelLimit();
        if (this.#waiting.get(leg) === waiting) this.#waiting.delete(leg);
        resolve(answer);
      };
      const waiting: Waiting = { negotiationId, offer: sdp, settle };
      const cancelLimit = this.#timers.after(
        ANSWER_LIMIT_MS,
        () => settle(undefined),
        () => resolve(undefined),
      );
      const say = () => {
        leg.endpoint.send({ subscriberOffer: { iceRestart: false, sdp, negotiationId } });
        cancelRepeat = this.#timers.after(SAY_AGAIN_MS, say);
      };
      this.#waiting.set(leg, waiting);
      say();
    });
  }

  /**
   * A subscriber that knew at once where its publisher is would begin to encrypt before the publisher has heard whose
   * key to expect. So the publisher makes the first step, and is told of afterwards.
   */
  #revealLater(leg: Leg): void {
    if (leg.isRevealed) return;
    this.#timers.after(REVEAL_AFTER_MS, () => {
      if (leg.sink === undefined) return;
      leg.isRevealed = true;
      this.#reveal(leg, leg.ownCandidates());
    });
  }

  #reveal({ sink }: Leg, candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      const iceCandidate = withMid(candidate, sink?.subscriber.firstMid ?? '');
      sink?.endpoint.send({ iceTrickle: { peerType: SUBSCRIBER, iceCandidate } });
    }
  }

  /** Ends the transport of a subscriber that nobody speaks to any more, before its browser takes that for a failure. */
  #silence(leg: Leg): void {
    void this.#exchange(leg, leg.subscriber.rejectAll());
  }

  /** Asks a publisher to offer again, until it does. */
  #ask(leg: Leg, asksLeft = MAX_ASKS): void {
    if (asksLeft === MAX_ASKS && this.#asking.has(leg)) return;
    leg.endpoint.send({ iceRestart: { peerType: PUBLISHER } });
    const cancel = this.#timers.after(ASK_AGAIN_MS, () => {
      this.#asking.delete(leg);
      if (asksLeft > 1) this.#ask(leg, asksLeft - 1);
    });
    this.#asking.set(leg, cancel);
  }

  #stopAsking(leg: Leg): void {
    this.#asking.get(leg)?.();
    this.#asking.delete(leg);
  }
}

/** All media of a connection share one transport, so whichever is named will do. */
function withMid({ init }: Candidate, sdpMid: string): string {
  return JSON.stringify({ ...init, sdpMid, sdpMLineIndex: undefined });
}
