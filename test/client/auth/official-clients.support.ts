import type { StreamVideoClient } from '@stream-io/video-client';
import { StreamChat } from 'stream-chat';
import { StreamVideo } from 'stream-video-auth';
import type { Emulator } from '../../../src/emulator/index.js';
import { countingProvider, officialClient, withEmulator } from '../../emulator/conformance/support.js';
import { NextOfficialClient } from './next-official-client.support.js';

export const USER = 'mara';

/** Whatever is made for one emulator, connects a user with a provider, and asks for something. */
export interface OfficialClient {
  connectUser(user: { id: string }, provider: () => Promise<string>): Promise<unknown>;
  getDevices(): Promise<unknown>;
  disconnectUser(): Promise<unknown>;
}

/** The video client as it is published, and as it will be. */
export const VIDEO_CLIENTS: readonly [string, (emulator: Emulator) => OfficialClient][] = [
  ['@stream-io/video-client', (emulator) => officialClient(emulator)],
  ['the next video client', (emulator) => new NextOfficialClient(emulator)],
];

export interface Rig {
  readonly emulator: Emulator;
  readonly ours: StreamVideo;
  readonly video: StreamVideoClient;
  readonly chat: StreamChat;
  readonly next: NextOfficialClient;
  readonly provider: ReturnType<typeof countingProvider>;
}

/** Official clients and ours, of one user and with one provider. `beside` names those beside the video client. */
export function withClients(
  hasSocket: boolean,
  run: (rig: Rig) => Promise<void>,
  beside: readonly ('chat' | 'next')[] = ['chat', 'next'],
): Promise<void> {
  return withEmulator(async (emulator) => {
    const provider = countingProvider(() => emulator.userToken(USER));
    const { apiKey, url: baseUrl } = emulator;
    // A hundred requests at once take their time on a slow machine.
    const requestMs = 60_000;
    const ours = new StreamVideo({
      apiKey,
      baseUrl,
      user: { id: USER },
      tokenProvider: provider,
      timeouts: { requestMs },
      logger: 'silent',
    });
    const video = officialClient(emulator, { requestMs });
    const chat = new StreamChat(apiKey, {
      baseURL: baseUrl,
      allowServerSideConnect: true,
      logger: () => {},
      timeout: requestMs,
    });
    const next = new NextOfficialClient(emulator);
    try {
      if (hasSocket) await ours.connect();
      const clients = { video, chat, next };
      await Promise.all(
        (['video', ...beside] as const).map((name) =>
          clients[name].connectUser({ id: USER }, ours.auth.tokenProviderFor(name)),
        ),
      );
      await run({ emulator, ours, video, chat, next, provider });
    } finally {
      // Theirs first: they still ask for tokens while they close.
      await video.disconnectUser();
      await chat.disconnectUser();
      await next.disconnectUser();
      await ours.disconnect();
    }
  });
}
