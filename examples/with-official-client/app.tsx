import { type FormEvent, useState } from 'react';
import { fetchTokenProvider } from 'stream-video-auth';
import { CallScreen } from './call-screen.js';
import { type Session, signIn } from './session.js';

/** Signs in when the name is sent, and shows the call until somebody signs out. */
export function App({ apiKey, baseUrl }: { apiKey: string; baseUrl: string }) {
  const [session, setSession] = useState<Session | null>(null);
  const [problem, setProblem] = useState('');
  const [isBusy, setIsBusy] = useState(false);

  async function enter(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const userId = String(new FormData(event.currentTarget).get('user')).trim();
    setIsBusy(true);
    setProblem('');
    try {
      // In an app of its own: the address of your token endpoint.
      setSession(await signIn({ apiKey, baseUrl, userId, tokenProvider: fetchTokenProvider('/token') }));
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setIsBusy(false);
    }
  }

  async function leave() {
    await session?.signOut();
    setSession(null);
  }

  if (session) return <CallScreen session={session} onSignOut={leave} />;
  return (
    <main className="lobby">
      <h1>Join the stand-up</h1>
      <p>Open this page in two windows, under two names.</p>
      <form onSubmit={enter}>
        <label>
          Your name <input name="user" required pattern="[a-z0-9_\-]+" defaultValue="martin" />
        </label>
        <button className="plain" type="submit" disabled={isBusy}>
          Sign in
        </button>
      </form>
      {problem !== '' && <p role="alert">{problem}</p>}
    </main>
  );
}
