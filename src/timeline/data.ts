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
  | 'handshake'
  | 'handshake-refused'
  | 'drop'
  | 'fault';

/** Something that happened at one moment. */
export interface TimelineMark {
  readonly id: string;
  readonly kind: TimelineMarkKind;
  readonly at: number;
  readonly title: string;
}

/** Everything about one client. A lane of kind `faults` shows what was switched, for all. */
export interface TimelineLane {
  readonly id: string;
  readonly kind: 'client' | 'faults';
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
