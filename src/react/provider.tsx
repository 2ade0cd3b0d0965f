import { createContext, type ReactElement, type ReactNode, useContext } from 'react';
import type { StreamVideo } from 'stream-video-auth';
import { refuseSlip } from './refuse-slip.js';

const ClientContext = createContext<StreamVideo | null | undefined>(undefined);

/** What `StreamVideoProvider` takes. */
export interface StreamVideoProviderProps {
  /** The client, from `useCreateStreamVideo` or made by hand; null while there is none. */
  client: StreamVideo | null;
  /** What finds the client by `useStreamVideo` and the other hooks. */
  children?: ReactNode;
}

/**
 * Gives the client to the hooks below it. Neither connects nor disconnects it: that is the work of
 * `useCreateStreamVideo`, or of the app where it made the client by hand.
 *
 * With `client={null}` the hooks say `signed_out` and `idle`. A prop that it does not know throws `ConfigurationError`.
 */
export function StreamVideoProvider({ client, children, ...others }: StreamVideoProviderProps): ReactElement {
  refuseSlip(others, 'client');
  return <ClientContext.Provider value={client}>{children}</ClientContext.Provider>;
}

/** The client of the provider above, or null while it has none. Throws where there is no provider. */
export function useStreamVideo(): StreamVideo | null {
  const client = useContext(ClientContext);
  if (client === undefined) {
    throw new Error('Hooks need a <StreamVideoProvider> above');
  }
  return client;
}
