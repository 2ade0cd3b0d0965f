import { defaultEnvironment } from '../environment/environment.js';
import { createGuest } from '../guest.js';
import type { Send } from '../http/request.js';
import { type SendOptions, sender } from '../http/send.js';
import type { Settings } from '../options.js';
import type { TokenSource } from '../refresh/token-provider.js';
import type { KnownUser } from '../user.js';

type DateListener = NonNullable<SendOptions['onDate']>;

/** What puts requests on the wire. */
export function senderOf(
  { baseUrl, fetch, timeouts, apiKey, clientName }: Settings,
  onDate?: DateListener,
): Send {
  const { requestMs } = timeouts;
  return sender({ apiKey, clientName, baseUrl, fetch, requestMs, environment: defaultEnvironment, onDate });
}

/** Where tokens come from: for a guest that is to be had again, from another creation. */
export function sourceOf(settings: Settings, askedGuest: KnownUser | undefined): TokenSource {
  if (askedGuest) {
    return { kind: 'guest', create: (signal) => createGuest(senderOf(settings), askedGuest, signal) };
  }
  const { tokenProvider: provider } = settings;
  return provider ? { kind: 'provider', provider } : { kind: 'none' };
}

/** What the tabs have in common that hand each other tokens. A guest or an anonymous viewer is one in one tab only. */
export function tabKeyOf({ tabs, user, apiKey, baseUrl }: Settings): string | undefined {
  return tabs === 'shared' && user.type === 'authenticated'
    ? JSON.stringify([apiKey, user.id, baseUrl])
    : undefined;
}
