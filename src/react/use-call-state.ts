import type { Call, CallState } from 'stream-video-auth';
import { readState, subscribe, useSnapshot } from './use-snapshot.js';

type Capability = Parameters<Call['can']>[0];

/** What is known about the call, `call.state`; null without a call, and on a server. */
export function useCallState(call: Call | null): CallState | null {
  return useSnapshot<Call, CallState | null>(subscribe, readState, call, null);
}

/** Whether the user may do this in the call, `call.can(capability)`; false without a call, and on a server. */
export function useHasCapability(call: Call | null, capability: Capability): boolean {
  return useSnapshot(subscribe, (call) => call.can(capability), call, false);
}
