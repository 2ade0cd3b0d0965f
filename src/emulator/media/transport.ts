import type { SfuEvent, TrackInfo } from './messages.js';

/** One session's two connections, as a transport reaches them. */
export interface Endpoint {
  readonly sessionId: string;
  /** What names this session's streams in the offers that others get. */
  readonly lookupPrefix: string;
  /** Whether its client can be reached now. */
  readonly isConnected: boolean;
  /** Viewers that are not listed give way to those that are. */
  readonly isAnonymous: boolean;
  send(event: SfuEvent): void;
}

export interface PublisherOffer {
  readonly sdp: string;
  readonly tracks: readonly TrackInfo[];
}

/**
 * Carries the media of one call. What signals stands above and knows nothing of SDP; another transport, a real media
 * server for one, would stand in here.
 */
export interface MediaTransport {
  /** The session is there, with connections that are new; it may take the place of one that its client had before. */
  attach(endpoint: Endpoint, previous?: Endpoint): void;
  /** The session's client can be reached again, over the connections that it had. */
  resume(endpoint: Endpoint): void;
  /** The session's client can't be reached now. */
  pause(endpoint: Endpoint): void;
  detach(endpoint: Endpoint): void;
  /** The answer to a publisher's offer. */
  publish(endpoint: Endpoint, offer: PublisherOffer): Promise<string>;
  /** A subscriber's answer. */
  answer(endpoint: Endpoint, sdp: string, negotiationId: number | undefined): void;
  /** A candidate of the publisher or of the subscriber. */
  trickle(endpoint: Endpoint, peerType: number, candidate: string): void;
  /** The subscriber asks for another offer. */
  restartSubscriber(endpoint: Endpoint): void;
}
