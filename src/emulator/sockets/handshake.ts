import { announceUser } from '../announcements/user-events.js';
import { authenticate } from '../auth/auth-order.js';
import type { Coordinator } from '../state/coordinator.js';
import { Instant } from '../state/instant.js';
import type { RecordedRequest } from '../state/journal.js';
import { redact, redactHeaders, redactQuery, redactText } from '../state/journal-redaction.js';
import type { KnownToken } from '../state/token-registry.js';
import type { User } from '../state/user.js';
import { Failure } from '../wire/api-failure.js';
import { readProfile } from '../wire/profile.js';
import { recordWithin } from '../wire/validation.js';
import { type AuthFrame, parseFrame, readAuthFrame } from './frames.js';
import type { Opening } from './peer.js';

/** What a socket asks to be let in with. */
export interface HandshakeRequest {
  readonly opening: Opening;
  readonly auth: AuthFrame | undefined;
  readonly product: 'video' | 'chat';
}

export interface Admission {
  readonly user: User;
  readonly token: KnownToken | undefined;
}

/** Takes note of a handshake, its secrets replaced. */
export function recordHandshake(
  coordinator: Coordinator,
  { opening, auth }: HandshakeRequest,
  connectionId: string,
): RecordedRequest {
  const { path, query, headers } = opening;
  return coordinator.journal.begin({
    kind: 'socket',
    at: coordinator.clock.now(),
    method: 'GET',
    path,
    query: redactQuery(query),
    headers: redactHeaders(headers),
    operation: 'Connect',
    body: auth === undefined ? undefined : redact({ token: auth.token, user_details: auth.userDetails }),
    userId: auth === undefined ? undefined : redactText(String(auth.userDetails.id)),
    authType: authTypeOf(opening),
    connectionId,
  });
}

function authTypeOf({ query, headers }: Opening): string | undefined {
  return query.get('stream-auth-type') || headers.get('stream-auth-type') || undefined;
}

/** Lets the user of a handshake in, profile taken over; throws the refusal otherwise. */
export async function admit(
  coordinator: Coordinator,
  { opening, auth, product }: HandshakeRequest,
  recorded: RecordedRequest,
): Promise<Admission> {
  const fault = coordinator.planned.takeRejection();
  if (fault !== undefined) {
    recorded.fault = 'rejectNext';
    throw new Failure(fault, 'rejected by a test');
  }
  if (auth === undefined) throw new Failure(4, 'the json parameter is not readable');
  const problem = recordWithin(auth.userDetails);
  if (problem !== undefined) throw new Failure(4, `user_details ${problem}`);
  const authType = authTypeOf(opening);
  const isAnonymousChat = product === 'chat' && authType === 'anonymous';
  let known: KnownToken | undefined;
  const caller = await authenticate(
    {
      operation: 'Connect',
      apiKey: opening.query.get('api_key') ?? undefined,
      authType,
      token: isAnonymousChat && auth.token === '' ? undefined : auth.token,
      needsToken: true,
      // Anonymous chat users do open a socket.
      opensSocket: !isAnonymousChat,
      hasOwnAnonymousId: isAnonymousChat,
      claimedUserId: String(auth.userDetails.id),
    },
    coordinator,
    (claims, token) => {
      known = token;
      recorded.claims = token?.shownClaims ?? (redact(claims) as Record<string, unknown>);
      recorded.tokenId = token?.id;
    },
  );
  const limit = coordinator.app.maxSocketsPerUser;
  const userId = caller.kind === 'user' ? caller.userId : String(auth.userDetails.id);
  if (limit !== undefined && coordinator.connections.countOf(userId) >= limit) {
    throw new Failure(71, `more than ${limit} connections of one user`);
  }
  const taken = caller.kind === 'anonymous' ? coordinator.users.find(userId) : undefined;
  if (taken !== undefined && taken.role !== 'anonymous') {
    throw new Failure(5, 'user_details.id is the id of a user');
  }
  const profile = readProfile(auth.userDetails);
  const role = isAnonymousChat ? 'anonymous' : undefined;
  const { user, changed } = coordinator.users.upsert(userId, { ...profile, role });
  user.lastActive = new Instant(coordinator.clock.now());
  if (changed) announceUser(coordinator, user);
  return { user, token: known };
}

/** A chat client's details, as they stand in the URL; undefined when they can't be read. */
export function chatFrame(query: URLSearchParams): AuthFrame | undefined {
  const details = parseFrame(query.get('json') ?? '');
  const token = query.get('authorization') ?? undefined;
  const withId = readAuthFrame(details);
  if (withId !== undefined) return { ...withId, token };
  const userId = (details as { user_id?: unknown } | null | undefined)?.user_id;
  return typeof userId === 'string' ? { token, userDetails: { id: userId } } : undefined;
}
