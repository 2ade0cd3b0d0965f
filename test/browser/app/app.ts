import {
  fetchTokenProvider,
  MissingPermissionError,
  StreamVideo,
  type StreamVideoOptions,
  User,
} from 'stream-video-auth';
import { holdings, jump } from './surroundings.js';

/** What the site says to the page. */
interface Settings {
  readonly apiKey: string;
  readonly baseUrl: string;
}

const parameters = new URLSearchParams(location.search);
const settings: Settings = {
  apiKey: parameters.get('apiKey') ?? '',
  baseUrl: parameters.get('baseUrl') ?? '',
};
const tab = parameters.get('tab') ?? '1';

/** What listeners were told, and what a restored page showed first, in this order. */
const seen: string[] = [];
let client: StreamVideo | undefined;

// Before any listener of the client: what these read is what an app's page would show.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted)
    seen.push(`restored: ${client?.connectionState}, ${client?.connectionId ?? 'no connection'}`);
});

/** Jitter that is drawn from the number of the tab, so that one tab is first for certain. */
if (parameters.has('spread')) {
  const share = Number(parameters.get('spread'));
  Math.random = () => share;
}

function make(
  options: Partial<StreamVideoOptions> & { lifeSeconds?: number; userId?: string } = {},
): StreamVideo {
  const { lifeSeconds = 600, userId = 'martin', ...rest } = options;
  client = new StreamVideo({
    ...settings,
    user: { id: userId },
    tokenProvider: fetchTokenProvider(`/token?life=${lifeSeconds}&tab=${tab}`),
    ...rest,
  } as StreamVideoOptions);
  client.on('connection.changed', ({ state }) => seen.push(state));
  client.on('token.refreshed', ({ reason }) => seen.push(`token: ${reason}`));
  return client;
}

const exposed = {
  seen,
  make,
  holdings,
  jump,
  settings,
  /** What the page says of its visibility, where a test decides. */
  hidden: undefined as DocumentVisibilityState | undefined,
  User,
  StreamVideo,
  MissingPermissionError,
  get client(): StreamVideo {
    if (!client) throw new Error('no client yet');
    return client;
  },
};

export type InPage = typeof exposed;

declare global {
  var inPage: InPage;
}

globalThis.inPage = exposed;
document.body.dataset.ready = 'true';
