// What blocks of code may take as given: the app around them. Each is a global, with a value while blocks are run.
import { Hono } from 'hono';
import type { Call, StreamVideo, TokenProvider } from 'stream-video-auth';
import type { Emulator } from 'stream-video-auth/emulator';

interface Session {
  id: string;
  userId: string;
  isSignedIn: boolean;
}

/** The app around a block. */
export interface Given {
  apiKey: string;
  apiSecret: string;
  token: string;
  callToken: string;
  user: { id: string; name: string };
  tokenProvider: TokenProvider;
  streamVideo: StreamVideo;
  call: Call;
  emulator: Emulator;
  /** A Web request that brought a cookie and a token. */
  request: Request;
  session: Session;
  yourSessions: { read(request: Request): Promise<Session | null> };
  fetchToken(session: Session): Promise<string>;
  showSignIn(): void;
  show(text: unknown): void;
  app: Hono;
}

declare global {
  // Blocks see them without an import.
  var apiKey: Given['apiKey'];
  var apiSecret: Given['apiSecret'];
  var token: Given['token'];
  var callToken: Given['callToken'];
  var user: Given['user'];
  var tokenProvider: Given['tokenProvider'];
  var streamVideo: Given['streamVideo'];
  var call: Given['call'];
  var emulator: Given['emulator'];
  var request: Given['request'];
  var session: Given['session'];
  var yourSessions: Given['yourSessions'];
  var fetchToken: Given['fetchToken'];
  var showSignIn: Given['showSignIn'];
  var show: Given['show'];
  var app: Given['app'];
}

/** The part that is the same for every block. */
export function surroundings(emulator: Emulator) {
  const session: Session = { id: 'demo-session', userId: 'martin', isSignedIn: true };
  return {
    apiKey: emulator.apiKey,
    apiSecret: emulator.apiSecret,
    user: { id: 'martin', name: 'Martin' },
    emulator,
    session,
    yourSessions: { read: async () => session },
    fetchToken: ({ userId }: Session) => emulator.userToken(userId),
    showSignIn: () => {},
    show: () => {},
    app: new Hono(),
  };
}
