import { useEffect, useMemo, useState } from 'react';
import type { AnyStreamVideoError, Call, StreamVideo } from 'stream-video-auth';
import { useStreamVideo } from './provider.js';
import { refuseSlip } from './refuse-slip.js';
import { useConnectionState } from './use-connection-state.js';

/** What `useCall` takes besides type and id. */
export interface UseCallOptions {
  /** Fetch the call and have its events delivered, as soon as the client is connected. @default false */
  watch?: boolean | undefined;
}

/** What `useCall` returns. */
export interface FoundCall {
  /** Null while there is no client, or where the type or the id cannot name a call. */
  readonly call: Call | null;
  /** Why there is no call, or why it could not be watched. */
  readonly error: AnyStreamVideoError | null;
}

function find(client: StreamVideo | null, type: string, id: string): FoundCall {
  try {
    return { call: client?.call(type, id) ?? null, error: null };
  } catch (error) {
    return { call: null, error: error as AnyStreamVideoError };
  }
}

/**
 * The call of this type and id. Without `watch` no request is made. Neither joins nor leaves the call: what
 * `call.join()` began goes on after the component is gone. An option that it does not know throws
 * `ConfigurationError`.
 */
export function useCall(type: string, id: string, { watch, ...others }: UseCallOptions = {}): FoundCall {
  refuseSlip(others, 'watch');
  const client = useStreamVideo();
  const isConnected = useConnectionState() === 'connected';
  const found = useMemo(() => find(client, type, id), [client, type, id]);
  const [failed, setFailed] = useState<FoundCall>(found);
  const { call } = found;
  useEffect(() => {
    // The client watches again by itself what it watched before.
    if (!call || !watch || !isConnected || call.state.watched) return;
    const controller = new AbortController();
    const { signal } = controller;
    call.get({ watch, signal }).then(
      () => setFailed({ call, error: null }),
      (error) => signal.aborted || setFailed({ call, error }),
    );
    return () => controller.abort();
  }, [call, watch, isConnected]);
  return failed.call === call && watch ? failed : found;
}
