import type { CallResponse, MemberResponse, OwnCapability } from '../api-types.js';

/** What is known about a call. Frozen; the same object until something differs. */
export interface CallState {
  /** Undefined until the coordinator has told. */
  readonly call?: Readonly<CallResponse>;
  /** The newest first; of a big call those that the coordinator has told. */
  readonly members: readonly MemberResponse[];
  /** What the user may do. */
  readonly ownCapabilities: readonly OwnCapability[];
  /** Whether `join()` succeeded and nothing has ended it. */
  readonly joined: boolean;
  /** Whether the live connection delivers events of this call. */
  readonly watched: boolean;
  /** Whether it rings: a ring of this user's, or one that this user has not answered. */
  readonly ringing: boolean;
}

/** Emitted under the call's cid for `subscribe`. No frame is named so: a space is in no event's name. */
export const STATE_CHANGED = ' state';
