import { useCallback, useEffect, useRef, useState } from 'react';
import { type StreamVideo, User } from 'stream-video-auth';
import type { StreamVideoAuthDevtoolsElement } from 'stream-video-auth/devtools';
import 'stream-video-auth/devtools';
import {
  StreamVideoProvider,
  useAuthState,
  useConnectionState,
  useCreateStreamVideo,
} from 'stream-video-auth/react';
import type { Backend } from './backend.js';
import { CallPanel } from './call-panel.js';
import { Controls } from './controls.js';
import { UnreliableWebSocket, unreliableFetch } from './network.js';

export const SHOW = 'livestream:show';

const KINDS = [
  {
    id: 'user',
    title: 'Signed-in user',
    text: 'Tokens come from a provider, and are renewed before they end.',
  },
  { id: 'guest', title: 'Guest', text: 'The coordinator makes an identity, and its token lives once.' },
  { id: 'viewer', title: 'Anonymous viewer', text: 'A call token opens one call. There is no socket.' },
] as const;
type Kind = (typeof KINDS)[number]['id'];

/** Three people in one page, the lives of their tokens, and whatever can go wrong. */
export function App({ backend }: { backend: Backend }) {
  const [clients, setClients] = useState<Partial<Record<Kind, StreamVideo>>>({});
  const tell = useCallback((kind: Kind, client: StreamVideo | null) => {
    setClients(({ [kind]: _, ...others }) => (client === null ? others : { ...others, [kind]: client }));
  }, []);
  return (
    <div className="page">
      <header>
        <h1>Tokens that stay good</h1>
        <p>
          Sign somebody in, then make things go wrong.{' '}
          {backend.isShared
            ? 'A second tab sees the same call.'
            : 'The coordinator runs in this page: no server is asked.'}
        </p>
      </header>
      <main>
        <section className="people" aria-label="Who is here">
          {KINDS.map(({ id, title, text }) => (
            <Person key={id} kind={id} title={title} text={text} backend={backend} onClient={tell} />
          ))}
        </section>
        <Controls backend={backend} />
        <Lives clients={Object.values(clients)} />
      </main>
    </div>
  );
}

interface PersonProps {
  kind: Kind;
  title: string;
  text: string;
  backend: Backend;
  /** The same function at each render. */
  onClient(kind: Kind, client: StreamVideo | null): void;
}

/** Everything that a client of this kind is made from; undefined while nobody is there. */
function Person({ kind, title, text, backend, onClient }: PersonProps) {
  const [isHere, setHere] = useState(false);
  const { client, error } = useCreateStreamVideo(isHere ? optionsFor(kind, backend) : null);
  useEffect(() => onClient(kind, client), [kind, client, onClient]);
  return (
    <article className="person">
      <h2>{title}</h2>
      <p className="text">{text}</p>
      <StreamVideoProvider client={client}>
        <Status />
        <button type="button" className={isHere ? '' : 'primary'} onClick={() => setHere(!isHere)}>
          {isHere ? `Leave as ${kind}` : `Enter as ${kind}`}
        </button>
        {error !== null && <p role="alert">{error.message}</p>}
        {client !== null && <CallPanel client={client} />}
      </StreamVideoProvider>
    </article>
  );
}

function optionsFor(kind: Kind, backend: Backend) {
  const { apiKey, baseUrl } = backend;
  const common = {
    apiKey,
    baseUrl,
    fetch: unreliableFetch,
    WebSocket: UnreliableWebSocket,
    logger: 'silent',
  } as const;
  if (kind === 'guest') return { ...common, user: User.guest('visitor') };
  return kind === 'viewer'
    ? { ...common, user: User.anonymous, tokenProvider: () => backend.callToken(SHOW) }
    : { ...common, user: { id: 'martin', name: 'Martin' }, tokenProvider: () => backend.userToken('martin') };
}

function Status() {
  const auth = useAuthState();
  const connection = useConnectionState();
  const phase = auth.status === 'active' ? (auth.phase ?? 'no token') : auth.status.replace('_', ' ');
  return (
    <p className="status" role="status">
      Token: <b>{phase}</b> · socket: <b>{connection}</b>
    </p>
  );
}

function Lives({ clients }: { clients: readonly StreamVideo[] }) {
  const place = useRef<HTMLDivElement>(null);
  const element = useRef<StreamVideoAuthDevtoolsElement | null>(null);
  useEffect(() => {
    const made = document.createElement('stream-video-auth-devtools');
    element.current = made;
    place.current?.append(made);
    return () => made.remove();
  }, []);
  useEffect(() => {
    if (element.current === null) return;
    element.current.clients = clients;
    element.current.hidden = clients.length === 0;
  }, [clients]);
  return (
    <section className="lives" aria-label="Tokens’ lives" ref={place}>
      {clients.length === 0 && (
        <p className="text nobody">Nobody is here yet. The lives of their tokens are drawn here.</p>
      )}
    </section>
  );
}
