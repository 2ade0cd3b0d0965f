import { type StreamClientOptions, StreamVideoClient } from '@stream-io/video-client';
import { StreamVideo, type TokenProvider } from 'stream-video-auth';

interface SignIn {
  apiKey: string;
  /** Where the coordinator is, for example that of the emulator. */
  baseUrl: string;
  userId: string;
  tokenProvider: TokenProvider;
  /** What else the official client needs, such as `WebSocketImpl` in Node. */
  official?: Partial<StreamClientOptions>;
}

export type Session = Awaited<ReturnType<typeof signIn>>;

/** One user, one life of tokens: the official client does calls and media, ours keeps its token good. */
export async function signIn({ apiKey, baseUrl, userId, tokenProvider, official }: SignIn) {
  // It needs no connect(): the official client has a socket of its own.
  const streamVideo = new StreamVideo({ apiKey, baseUrl, user: { id: userId }, tokenProvider });
  const video = new StreamVideoClient({
    apiKey,
    options: { baseURL: `${baseUrl}/video`, locationHintUrl: `${baseUrl}/hint`, ...official },
  });
  await video.connectUser({ id: userId }, streamVideo.auth.tokenProviderFor('video'));
  return {
    streamVideo,
    video,
    /** Theirs first, since it may still ask for a token while it closes. */
    async signOut() {
      await video.disconnectUser();
      await streamVideo.disconnect();
    },
  };
}
