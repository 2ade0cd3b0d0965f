import type { StreamVideoClient } from '@stream-io/video-client';
import { StreamChat } from 'stream-chat';
import { StreamVideo } from 'stream-video-auth';
import type { Emulator } from '../../../src/emulator/index.js';
import { countingProvider, officialClient, withEmulator } from '../../emulator/conformance/support.js';

export const USER = 'mara';

/** The next official client as far as its wire goes: everything under `/api/v2`, asking again at each 40. */
function nextDialect(emulator: Emulator, provider: () => Promise<string>) {
  let token: Promise<string> | undefined;
  const request = async (): Promise<number> => {
    token ??= provider();
    const response = await fetch(`${emulator.url}/api/v2/video/edges?api_key=${emulator.apiKey}`, {
      headers: { authorization: await token, 'stream-auth-type': 'jwt' },
    });
    const { code } = (await response.json()) as { code?: number };
    if (code !== 40) return response.status;
    token = undefined;
    return request();
  };
  return { request };
}

export interface Rig {
  readonly emulator: Emulator;
  readonly ours: StreamVideo;
  readonly video: StreamVideoClient;
  readonly chat: StreamChat;
  readonly next: ReturnType<typeof nextDialect>;
  readonly provider: ReturnType<typeof countingProvider>;
}

/** Three official clients and ours, of one user and with one provider. */
export function withClients(hasSocket: boolean, run: (rig: Rig) => Promise<void>): Promise<void> {
  return withEmulator(async (emulator) => {
    const provider = countingProvider(() => emulator.userToken(USER));
    const { apiKey, url: baseUrl } = emulator;
    const ours = new StreamVideo({
      apiKey,
      baseUrl,
      user: { id: USER },
      tokenProvider: provider,
      logger: 'silent',
    });
    const video = officialClient(emulator);
    const chat = new StreamChat(apiKey, { baseURL: baseUrl, allowServerSideConnect: true, logger: () => {} });
    const next = nextDialect(emulator, ours.auth.tokenProviderFor('next'));
    try {
      if (hasSocket) await ours.connect();
      await Promise.all([
        video.connectUser({ id: USER }, ours.auth.tokenProviderFor('video')),
        chat.connectUser({ id: USER }, ours.auth.tokenProviderFor('chat')),
        next.request(),
      ]);
      await run({ emulator, ours, video, chat, next, provider });
    } finally {
      // Theirs first: they still ask for tokens while they close.
      await video.disconnectUser();
      await chat.disconnectUser();
      await ours.disconnect();
    }
  });
}
