import { type Call, CallingState, StreamVideoClient } from '@stream-io/video-client';
import { StreamVideo, type UserInput } from 'stream-video-auth';

// The script of a page as an app's: the published official client, and ours as its source of tokens.

interface SignIn {
  apiKey: string;
  baseUrl: string;
  user: UserInput;
  /** Further options of our client. */
  more: object;
  /** Whether our client opens a socket of its own beside the official one's. */
  hasSocket: boolean;
}

/** What the tests give to the page. */
declare global {
  var askToken: (userId: string) => Promise<string>;
  var tab: Tab;
}

/** What of our client's events is written down. */
const TOLD = [
  'auth.suspended',
  'auth.resumed',
  'token.expired',
  'token.refreshed',
  'user.changed',
  'call.access_lost',
] as const;

export class Tab {
  video!: StreamVideoClient;
  ours!: StreamVideo;
  call!: Call;
  /** Each calling state in the order in which it came, with the time since the page was loaded. */
  readonly states: string[] = [];
  /** What our client told. */
  readonly heard: string[] = [];

  async signIn({ apiKey, baseUrl, user, more, hasSocket }: SignIn): Promise<void> {
    const { id = 'anonymous' } = user as { id?: string };
    const options = { apiKey, baseUrl, user, logger: 'silent', ...more } as const;
    if (user.type === 'guest') this.ours = await StreamVideo.create(options as never);
    else if (user.type === 'anonymous') {
      this.ours = new StreamVideo({ ...options, token: await askToken(id) } as never);
    } else this.ours = new StreamVideo({ ...options, tokenProvider: () => askToken(id) } as never);
    for (const name of TOLD) {
      this.ours.on(name, () => this.heard.push(name));
    }
    this.video = new StreamVideoClient({
      apiKey,
      options: {
        baseURL: `${baseUrl}/video`,
        locationHintUrl: `${baseUrl}/hint`,
        clientEventsReportingEnabled: false,
        ...(location.hash === '#log' ? { logLevel: 'info', logOptions: { default: { level: 'info' } } } : {}),
      } as never,
    });
    const provider = this.ours.auth.tokenProviderFor('video');
    if (user.type === 'anonymous') await this.video.connectUser({ type: 'anonymous' }, provider);
    else if (user.type === 'guest') await this.video.connectUser({ id: this.ours.user.id }, provider);
    else await this.video.connectUser({ id, name: id }, provider);
    if (hasSocket) await this.ours.connect();
  }

  /** Joins a call; resolves with how long it took, in milliseconds. */
  async join(id: string, { create = true, type = 'default' } = {}): Promise<number> {
    this.call = this.video.call(type, id);
    this.call.state.callingState$.subscribe((state) => this.states.push(state));
    const startedAt = performance.now();
    await this.call.join({ create });
    return performance.now() - startedAt;
  }

  /** Shares what is drawn here, since there is nobody to choose a screen. */
  async shareScreen(): Promise<void> {
    const canvas = document.body.appendChild(document.createElement('canvas'));
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    setInterval(() => context.fillRect(Math.random() * 300, Math.random() * 150, 9, 9), 50);
    navigator.mediaDevices.getDisplayMedia = async () => canvas.captureStream(15);
    await this.call.screenShare.enable();
  }

  async signOut(): Promise<void> {
    await this.video.disconnectUser();
    await this.ours.disconnect();
  }

  get isJoined(): boolean {
    return this.call.state.callingState === CallingState.JOINED;
  }

  /** How often the client has begun to reconnect. */
  get reconnects(): number {
    const away: string[] = [CallingState.RECONNECTING, CallingState.MIGRATING];
    return this.states.filter((state) => away.includes(state)).length;
  }

  /** The others in the call as the client lists them: who, and what each has published. */
  get others(): { userId: string; tracks: number[]; hasVideo: boolean; hasAudio: boolean }[] {
    return this.call.state.remoteParticipants.map((one) => ({
      userId: one.userId,
      tracks: [...one.publishedTracks].sort(),
      hasVideo: one.videoStream !== undefined,
      hasAudio: one.audioStream !== undefined,
    }));
  }

  /** Who is pinned, by somebody else for everyone. */
  get pinned(): string[] {
    return this.call.state.participants
      .filter(({ pin }) => pin?.isLocalPin === false)
      .map(({ userId }) => userId);
  }

  /** Frames per kind that have arrived so far over the subscriber's connection. */
  async received(): Promise<{ videoFrames: number; audioPackets: number; videoBytes: number }> {
    const sums = { videoFrames: 0, audioPackets: 0, videoBytes: 0 };
    const report = await this.call.subscriber?.getStats();
    report?.forEach((one) => {
      if (one.type !== 'inbound-rtp') return;
      if (one.kind === 'video') {
        sums.videoFrames += one.framesDecoded ?? 0;
        sums.videoBytes += one.bytesReceived ?? 0;
      } else sums.audioPackets += one.packetsReceived ?? 0;
    });
    return sums;
  }
}

globalThis.tab = new Tab();
