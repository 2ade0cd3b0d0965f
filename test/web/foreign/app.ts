import { createElement, StrictMode, useEffect, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import { StreamVideo, User } from 'stream-video-auth';
import { mountDevtools } from 'stream-video-auth/devtools';

const query = new URLSearchParams(location.search);
const { apiKey = '', baseUrl = '', martin = '', anna = '', viewer = '' } = Object.fromEntries(query);
const common = { apiKey, baseUrl, logger: 'silent' } as const;
const guest = await StreamVideo.create({ ...common, user: User.guest('visitor') });
const clients = [
  new StreamVideo({ ...common, user: { id: 'martin' }, token: martin, tokenProvider: () => anna }),
  guest,
  new StreamVideo({ ...common, user: User.anonymous, token: viewer }),
];
await Promise.all(clients.slice(0, 2).map((client) => client.connect()));

const theme = (query.get('theme') ?? 'auto') as 'light' | 'dark' | 'auto';
const place = document.getElementById('place') as HTMLElement;
if (query.has('tiny')) place.className = 'tiny';

/** As an app that knows React would do it. */
function Devtools() {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (ref.current === null) return;
    const devtools = mountDevtools(ref.current, clients, { theme });
    return () => devtools.destroy();
  }, []);
  return createElement('div', { ref });
}

if (query.has('react')) createRoot(place).render(createElement(StrictMode, null, createElement(Devtools)));
else if (query.has('shadow')) {
  const inside = document.createElement('div');
  place.attachShadow({ mode: 'open' }).append(inside);
  mountDevtools(inside, clients, { theme });
} else mountDevtools(place, clients, { theme });
