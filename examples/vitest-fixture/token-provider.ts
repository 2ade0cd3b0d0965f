import type { TokenProvider } from 'stream-video-auth';

/** The app's own provider: what the tests are about. Here it asks the app's session for a token. */
export function createTokenProvider(session: { mintToken(userId: string): Promise<string> }): TokenProvider {
  return ({ user }) => session.mintToken(user.id);
}
