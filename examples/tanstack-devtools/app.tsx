import { TanStackDevtools } from '@tanstack/react-devtools';
import { type ReactNode, useMemo } from 'react';
import { devtoolsPlugin } from 'stream-video-auth/devtools';
import {
  type CreateStreamVideoOptions,
  StreamVideoProvider,
  useCreateStreamVideo,
} from 'stream-video-auth/react';

/** An app whose tokens' lives are a tab of TanStack Devtools. */
export function App({ options, children }: { options: CreateStreamVideoOptions; children?: ReactNode }) {
  const { client } = useCreateStreamVideo(options);
  // Made once for a client: another plugin is another picture, which begins anew.
  const plugins = useMemo(() => (client === null ? [] : [devtoolsPlugin(client)]), [client]);
  return (
    <StreamVideoProvider client={client}>
      {children}
      <TanStackDevtools plugins={plugins} />
    </StreamVideoProvider>
  );
}
