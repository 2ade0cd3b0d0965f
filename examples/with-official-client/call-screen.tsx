import {
  type Call,
  CallControls,
  SpeakerLayout,
  StreamCall,
  StreamTheme,
  StreamVideo,
  useCallStateHooks,
} from '@stream-io/video-react-sdk';
import { useEffect, useState } from 'react';
import type { Session } from './session.js';

/** The ready-made screen of the official React SDK, with what it does not say: that the session has ended. */
export function CallScreen({ session, onSignOut }: { session: Session; onSignOut: () => Promise<void> }) {
  const [call, setCall] = useState<Call | null>(null);
  const [ended, setEnded] = useState('');
  const [problem, setProblem] = useState('');

  // The provider says that the user is signed out, or nothing can renew the token: the official client is not told.
  useEffect(
    () =>
      session.streamVideo.on('auth.suspended', ({ error }) => setEnded(error.remediation || error.message)),
    [session],
  );

  async function join() {
    setProblem('');
    // Another object at each visit: one that was left keeps camera and microphone off.
    const next = session.video.call('default', 'standup');
    setCall(next);
    try {
      await next.join({ create: true });
    } catch (error) {
      setProblem((error as Error).message);
      setCall(null);
    }
  }

  return (
    <StreamVideo client={session.video}>
      <StreamTheme as="main" className="call">
        <header>
          <h1>Stand-up</h1>
          <button className="plain" type="button" onClick={() => void onSignOut()}>
            Sign out
          </button>
        </header>
        {ended !== '' && <p role="alert">Your session has ended. {ended}</p>}
        {problem !== '' && <p role="alert">{problem}</p>}
        {call ? (
          <StreamCall call={call}>
            <Stage onLeft={() => setCall(null)} />
          </StreamCall>
        ) : (
          <div className="away">
            <button className="plain" type="button" onClick={() => void join()}>
              Join
            </button>
          </div>
        )}
      </StreamTheme>
    </StreamVideo>
  );
}

/** `onLeft`: by a click, or because the call has ended, or somebody took the user out. */
function Stage({ onLeft }: { onLeft: () => void }) {
  const { useCallCallingState, useParticipantCount } = useCallStateHooks();
  const state = useCallCallingState();
  const count = useParticipantCount();
  // A client that reconnects is "joining" again, and keeps its screen.
  const [hasJoined, setHasJoined] = useState(false);
  if (state === 'joined' && !hasJoined) setHasJoined(true);
  const isLeft = state === 'left';
  useEffect(() => {
    if (isLeft) onLeft();
  }, [isLeft, onLeft]);

  if (!hasJoined || isLeft) return <p role="status">{state}</p>;
  return (
    <>
      <p role="status">{state === 'joined' ? `${count} in the call` : state}</p>
      <SpeakerLayout participantsBarPosition="bottom" />
      <CallControls />
    </>
  );
}
