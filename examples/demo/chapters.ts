import {
  fetchTokenProvider,
  MissingPermissionError,
  StreamVideo,
  type TokenProvider,
  User,
} from 'stream-video-auth';
import type { Emulator } from 'stream-video-auth/emulator';
import { type Story, sleep } from './story.js';

export interface Stage {
  story: Story;
  apiKey: string;
  baseUrl: string | undefined;
  tokenUrl: string;
  /** A number that makes the calls of this run its own. */
  run: string;
}

/** Longer silence looks like a hang. */
const PROGRESS_MS = 3_000;

/** Options that all clients of the story share. */
function common({ story, apiKey, baseUrl }: Stage) {
  return {
    apiKey,
    baseUrl,
    fetch: story.fetch,
    WebSocket: story.WebSocket,
    logger: 'error',
    clientName: 'demo',
  } as const;
}

function counted(story: Story, provider: TokenProvider): TokenProvider {
  return (context) => {
    story.counts.providerCalls += 1;
    return provider(context);
  };
}

export const openCall = ({ run }: Stage) => ({ type: 'livestream', id: `show-${run}` });
const privateCall = ({ run }: Stage) => ({ type: 'default', id: `board-${run}` });

/** A signed-in user on short tokens keeps making requests, and none is refused. */
export async function signedIn(stage: Stage): Promise<StreamVideo> {
  const { story } = stage;
  story.chapter('Chapter 1: a signed-in user, on tokens that live 12 seconds');
  const martin = new StreamVideo({
    ...common(stage),
    user: { id: 'martin', name: 'Martin' },
    tokenProvider: counted(
      story,
      fetchTokenProvider(stage.tokenUrl, { headers: { 'x-demo-session': 'martin' } }),
    ),
  });
  let renewals = 0;
  martin.on('token.refreshed', ({ generation, reason, durationMs }) => {
    if (reason === 'expiring') renewals += 1;
    story.tell(`martin has token ${generation} (${reason}, in ${durationMs} ms)`);
  });
  const me = await martin.connect();
  story.tell(`martin is connected; the server knows him as "${me.name}", role ${me.role}`);
  for (const { type, id } of [openCall(stage), privateCall(stage)]) await martin.call(type, id).getOrCreate();
  story.tell('martin made two calls');
  const until = story.elapsedMs + 20_000;
  let sent = 0;
  let tellAt = story.elapsedMs + PROGRESS_MS;
  story.tell('martin asks for his devices four times a second, for 20 s: his tokens end meanwhile');
  while (story.elapsedMs < until) {
    await martin.request('GET', '/devices');
    sent += 1;
    if (story.elapsedMs >= tellAt) {
      tellAt += PROGRESS_MS;
      story.tell(`… ${sent} requests so far, ${story.counts.refused} refused`);
    }
    await sleep(250);
  }
  story.tell(
    `${sent} requests over 20 s, ${renewals} renewals ahead of expiry, ${story.counts.refused} refused`,
  );
  story.expect(renewals >= 2, 'the token was renewed ahead of its expiry at least twice');
  story.expect(story.counts.refused === 0, 'no request was refused');
  return martin;
}

/** The server revokes everything: fifty requests at once cost one call of the provider. */
export async function revocation({ story }: Stage, martin: StreamVideo, emulator: Emulator): Promise<void> {
  story.chapter('Chapter 2: the token is revoked');
  // A fresh token that the coordinator has seen: none is due to be renewed in the same moment.
  await martin.auth.refresh();
  await martin.request('GET', '/devices');
  const before = { ...story.counts };
  emulator.faults.revoke('martin');
  story.tell('the coordinator revoked every token of martin; 50 requests go out at once');
  const answers = await Promise.all(Array.from({ length: 50 }, () => martin.request('GET', '/devices')));
  const refused = story.counts.refused - before.refused;
  const asked = story.counts.providerCalls - before.providerCalls;
  story.tell(
    `${answers.length} succeeded: ${refused} were refused first, the provider was asked ${asked} time(s)`,
  );
  story.expect(answers.length === 50 && refused === 50 && asked === 1, 'one renewal served all fifty');
  const reconnected = new Promise<void>((resolve) => {
    martin.on('connection.changed', ({ state }) => {
      story.tell(`martin's socket is ${state}`);
      if (state === 'connected') resolve();
    });
  });
  story.tell("the coordinator drops martin's socket without a word");
  emulator.faults.dropConnections();
  await reconnected;
  story.tell('martin did nothing for that: the socket came back with the new token');
  story.expect(
    story.counts.providerCalls - before.providerCalls === 1,
    'the new token authenticates the new socket',
  );
}

/** A guest gets an identity from the coordinator, and joins a call. */
export async function guest(stage: Stage): Promise<void> {
  const { story } = stage;
  story.chapter('Chapter 3: a guest');
  const visitor = await StreamVideo.create({ ...common(stage), user: User.guest('visitor') });
  story.tell(`the coordinator made a guest: ${visitor.user.id}`);
  const me = await visitor.connect();
  story.expect(
    me.id === visitor.user.id && me.id !== 'visitor',
    'socket and client know the guest by one id',
  );
  const { type, id } = privateCall(stage);
  const call = visitor.call(type, id);
  const { credentials } = await call.join();
  story.tell(`the guest joined ${call.cid}; its media server is ${credentials.server.edge_name}`);
  story.expect(call.state.joined, 'the guest is in the call');
  await visitor.disconnect();
}

/** An anonymous viewer sees what its call token opens, and nothing else. */
export async function anonymous(stage: Stage): Promise<void> {
  const { story } = stage;
  story.chapter('Chapter 4: an anonymous viewer with a call token');
  const show = openCall(stage);
  const callCids = [`${show.type}:${show.id}`];
  const viewer = new StreamVideo({
    ...common(stage),
    user: User.anonymous,
    tokenProvider: counted(story, fetchTokenProvider(stage.tokenUrl, { callCids })),
  });
  const { call } = await viewer.call(show.type, show.id).get();
  story.tell(`the viewer got ${call.cid}`);
  const board = privateCall(stage);
  const refusal = await failureOf(viewer.call(board.type, board.id).get());
  story.expect(refusal instanceof MissingPermissionError, 'another call is refused');
  story.tell(`another call is refused: ${refusal.message}`);
  const renewed = new Promise<void>((resolve) => {
    viewer.on('token.refreshed', ({ reason }) => reason === 'expiring' && resolve());
  });
  const polling = setInterval(
    () =>
      void viewer
        .call(show.type, show.id)
        .get()
        .catch(() => {}),
    500,
  );
  story.tell('the viewer looks at the call twice a second, until its call token has to be renewed');
  await renewed;
  clearInterval(polling);
  await viewer.call(show.type, show.id).get();
  story.tell("the viewer's call token was renewed by its provider, and still opens the call");
  const noSocket = await failureOf(viewer.connect());
  story.expect(noSocket instanceof MissingPermissionError, 'anonymous users have no socket');
  story.tell(`connect() says ${noSocket.name}: ${noSocket.message}`);
  await viewer.disconnect();
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('surprise: it worked');
}
