/** One token: a bar from its issue to its end, with the windows in which a client refreshes ahead of time. */
export interface TimelineBar {
  readonly id: string;
  /** Short; drawn inside the bar where it fits. */
  readonly label: string;
  /** The whole text, for tooltips and screen readers. */
  readonly title: string;
  /** Epoch milliseconds, as all times here. */
  readonly from: number;
  /** Undefined: no expiry. */
  readonly until?: number | undefined;
  readonly advisoryAt?: number | undefined;
  readonly mandatoryAt?: number | undefined;
  /** Whether an earlier token of this lane is replaced by it. */
  readonly isRefresh: boolean;
  /** Whether it was ended before its time, at `until`. */
  readonly isEndedEarly: boolean;
}

/** One socket: a line from its handshake to its end. */
export interface TimelineSpan {
  readonly id: string;
  readonly title: string;
  readonly from: number;
  /** Undefined: still open. */
  readonly until?: number | undefined;
}

export type TimelineMarkKind =
  | 'request'
  | 'pending'
  | 'refused'
  | 'failed'
  | 'replay'
  | 'accepted'
  | 'rolled-back'
  | 'handshake'
  | 'handshake-refused'
  | 'drop'
  | 'fault';

/** Why nobody is asked for a token for a while. */
export type TimelineBandKind = 'back-off' | 'breaker' | 'suspension';

/** A time in which no token is asked for. */
export interface TimelineBand {
  readonly id: string;
  readonly kind: TimelineBandKind;
  readonly label: string;
  readonly title: string;
  readonly from: number;
  /** Undefined: until somebody steps in. */
  readonly until?: number | undefined;
}

export type TimelineTrackKind = 'audio' | 'video' | 'screen';

/** One presence in a call: a bar from join to leave, with a line for each time that a track was on. */
export interface TimelineParticipation {
  readonly id: string;
  /** The call, drawn inside the bar where it fits. */
  readonly label: string;
  readonly title: string;
  readonly from: number;
  /** Undefined: still there. */
  readonly until?: number | undefined;
  readonly tracks: readonly {
    readonly kind: TimelineTrackKind;
    readonly from: number;
    readonly until?: number | undefined;
  }[];
  /** When the client reconnected. */
  readonly reconnects: readonly number[];
}

/** Something that happened at one moment. */
export interface TimelineMark {
  readonly id: string;
  readonly kind: TimelineMarkKind;
  readonly at: number;
  readonly title: string;
}

/**
 * Everything about one client: of kind `client` as a server sees it, of kind `session` as it sees itself. A lane of
 * kind `faults` shows what was switched, for all.
 */
export interface TimelineLane {
  readonly id: string;
  readonly kind: 'client' | 'session' | 'faults';
  readonly title: string;
  /** Whatever else names it; the software, for one. */
  readonly caption: string;
  /** How it is now, in a word or two. */
  readonly state: string;
  /** Whether it is over, so that a line of text is enough until somebody wants more. */
  readonly isOver: boolean;
  readonly bars: readonly TimelineBar[];
  readonly spans: readonly TimelineSpan[];
  readonly marks: readonly TimelineMark[];
  /** Of a client that was in calls. */
  readonly participations?: readonly TimelineParticipation[] | undefined;
  /** Of a session. */
  readonly bands?: readonly TimelineBand[] | undefined;
}

/** What `<stream-video-timeline>` draws. */
export interface TimelineData {
  /** The clock that the times belong to, read when this object was handed over. */
  readonly now: number;
  /** False while that clock stands still; otherwise the time line runs on by itself. */
  readonly isRunning: boolean;
  readonly lanes: readonly TimelineLane[];
}

/** Detail of the event `timeline-select`: what stands at the chosen place, the most telling first. */
export interface TimelineSelection {
  readonly laneId: string;
  readonly ids: readonly string[];
}
