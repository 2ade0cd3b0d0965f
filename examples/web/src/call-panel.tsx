import { useState } from 'react';
import type { StreamVideo } from 'stream-video-auth';
import { useCall, useCallState } from 'stream-video-auth/react';

/** The call that all share; its state follows the events of the coordinator, from other tabs too. */
export function CallPanel({ client }: { client: StreamVideo }) {
  const { call } = useCall('livestream', 'show');
  const state = useCallState(call);
  const [problem, setProblem] = useState('');
  if (call === null || state === null) return null;
  const isAnonymous = client.user.type === 'anonymous';
  const run = (work: () => Promise<unknown>) =>
    work().then(
      () => setProblem(''),
      (error: Error) => setProblem(error.message),
    );
  const title = String(state.call?.custom?.title ?? 'no title yet');
  return (
    <div className="call">
      <p>
        Call <b>{call.cid}</b>: “{title}”, {state.members.length} members,{' '}
        {state.joined ? 'joined' : 'not joined'}
      </p>
      <div className="buttons">
        {isAnonymous ? (
          <button type="button" onClick={() => run(() => call.get())}>
            Look at the call
          </button>
        ) : (
          <button
            type="button"
            onClick={() => run(() => (state.joined ? call.leave() : call.join({ create: true })))}
          >
            {state.joined ? 'Leave the call' : 'Join the call'}
          </button>
        )}
        {client.user.type === 'authenticated' && state.joined && (
          <button
            type="button"
            onClick={() =>
              run(() => call.update({ custom: { title: `Take ${new Date().toLocaleTimeString()}` } }))
            }
          >
            Rename it
          </button>
        )}
      </div>
      {problem !== '' && <p role="alert">{problem}</p>}
    </div>
  );
}
