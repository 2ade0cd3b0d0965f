/** What became of a ring, and whose doing it was. */
export interface RingOutcome {
  /**
   * `missed` where the coordinator says that the time was over; where it says nothing, `state.ringing` turns false at
   * the end of the call's own limit, and no outcome is told. `ended` where the call or the ring ended for all.
   */
  readonly outcome: 'accepted' | 'rejected' | 'missed' | 'ended';
  /** Whose doing it was; missing where the call ended for all. */
  readonly user_id?: string;
}

/** What the client itself finds out about calls. */
export interface CallEvents {
  /** A joined call cannot be reached any more: the call token died and nothing can renew it. */
  'call.access_lost': { type: 'call.access_lost'; call_cid: string };
  /** Events of a call are not delivered any more; without `error` the coordinator no longer shows the call. */
  'call.watch_lost': { type: 'call.watch_lost'; call_cid: string; error?: unknown };
  /**
   * What became of a ring, told once whether by event or by reading. The caller hears what each callee did; a
   * callee only what ends its own ringing.
   */
  'call.ring_ended': { type: 'call.ring_ended'; call_cid: string } & RingOutcome;
}
