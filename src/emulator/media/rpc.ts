import { type Context, Hono } from 'hono';
import { commonHeaders, PREFLIGHT } from '../http/headers.js';
import type { HostBindings } from '../http/host.js';
import { RPC_PATH } from '../wire/media-paths.js';
import { MediaRefusal } from './admission.js';
import type { MediaServer } from './media-server.js';
import type { MediaSession } from './media-session.js';
import { ERROR_CODE, RPC, type RpcName, SUBSCRIBER } from './messages.js';
import type { Room } from './room.js';
import { decode, encode, fromJson, Malformed, type Message, type ValuesOf } from './wire-format.js';

type Env = { Bindings: HostBindings };
type Request<Name extends RpcName> = ValuesOf<(typeof RPC)[Name]['request']>;
type Response<Name extends RpcName> = ValuesOf<(typeof RPC)[Name]['response']>;
type Handlers = {
  readonly [Name in RpcName]: (
    request: Request<Name>,
    at: { room: Room; session: MediaSession },
  ) => Response<Name> | Promise<Response<Name>>;
};

const METHOD_PATH = `${RPC_PATH}/stream.video.sfu.signal.SignalServer/:method`;
const JSON_TYPE = 'application/json';
const BINARY_TYPE = 'application/protobuf';

const nothing = () => ({});

/** A client that has left reports the rest; the console of its page is no place for a refusal of that. */
const REPORTS: ReadonlySet<string> = new Set<RpcName>(['SendStats', 'SendMetrics']);

const HANDLERS: Handlers = {
  SetPublisher: async ({ sdp = '', tracks = [] }, { room, session }) => {
    session.publish(tracks);
    return {
      sdp: await room.transport.publish(session, { sdp, tracks }),
      sessionId: session.sessionId,
      iceRestart: false,
    };
  },
  SendAnswer: ({ sdp = '', negotiationId }, { room, session }) => {
    room.transport.answer(session, sdp, negotiationId);
    return {};
  },
  IceTrickle: ({ peerType = 0, iceCandidate = '' }, { room, session }) => {
    room.transport.trickle(session, peerType, iceCandidate);
    return {};
  },
  // Everybody gets what there is to get.
  UpdateSubscriptions: nothing,
  UpdateMuteStates: ({ muteStates = [] }, { session }) => {
    session.setMuted(muteStates);
    return {};
  },
  IceRestart: ({ peerType = 0 }, { room, session }) => {
    if (peerType === SUBSCRIBER) room.transport.restartSubscriber(session);
    return {};
  },
  SendStats: nothing,
  SendMetrics: nothing,
  StartNoiseCancellation: nothing,
  StopNoiseCancellation: nothing,
};

/** A refusal in the form of the protocol: status, code in words, text. */
class TwirpFailure extends Error {
  readonly status: 400 | 401 | 404;
  readonly code: string;

  constructor(status: 400 | 401 | 404, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

async function readRequest({ req, env }: Context<Env>, message: Message): Promise<ValuesOf<Message>> {
  const bytes = (await env.body()) ?? new Uint8Array();
  try {
    if (isBinary(req.header('content-type'))) return decode(message, bytes);
    return fromJson(message, JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    if (!(error instanceof Malformed) && !(error instanceof SyntaxError)) throw error;
    throw new TwirpFailure(400, 'malformed', error.message);
  }
}

function isBinary(contentType: string | undefined): boolean {
  return contentType?.startsWith(BINARY_TYPE) === true;
}

async function perform(server: MediaServer, name: RpcName, context: Context<Env>): Promise<object> {
  const { request: message } = RPC[name];
  const token = /^Bearer (\S+)$/i.exec(context.req.header('authorization') ?? '')?.[1];
  const { room, admitted } = await server.enter(token);
  const request = (await readRequest(context, message)) as Request<RpcName>;
  const session = room.find(request.sessionId ?? '');
  if (session === undefined && REPORTS.has(name)) return {};
  // Reached, too, by what was under way when its session left: official clients write it to the console, and no more.
  if (session === undefined || session.userId !== admitted.caller.userId) {
    throw new MediaRefusal(ERROR_CODE.participantNotFound, 'the session is not known');
  }
  const handle = HANDLERS[name] as (request: object, at: object) => object | Promise<object>;
  return handle(request, { room, session });
}

/** What a call is answered with when the media server refuses: the error is part of the answer. */
function answerOf(name: string, error: unknown): object {
  if (!(error instanceof MediaRefusal)) throw error;
  if (error.code === ERROR_CODE.unauthenticated)
    throw new TwirpFailure(401, 'unauthenticated', error.message);
  if (error.code === ERROR_CODE.denied && REPORTS.has(name)) return {};
  return { error: { code: error.code, message: error.message, shouldRetry: false } };
}

/** The calls of the media server's clients, in JSON and in binary. */
export function createRpcApp(server: MediaServer): Hono<Env> {
  const { clock } = server.coordinator;
  const app = new Hono<Env>();
  app.options('*', PREFLIGHT);
  const respond = ({ req, env }: Context<Env>, status: number, body: object) =>
    env.respond({
      status,
      headers: { ...commonHeaders(req.raw, clock), 'content-type': JSON_TYPE },
      text: JSON.stringify(body),
    });
  app.post(METHOD_PATH, async (context) => {
    const name = context.req.param('method');
    if (!Object.hasOwn(RPC, name))
      throw new TwirpFailure(404, 'bad_route', `there is no method ${name.slice(0, 60)}`);
    await server.whenSlow();
    const answer = await perform(server, name as RpcName, context).catch((error: unknown) =>
      answerOf(name, error),
    );
    if (!isBinary(context.req.header('content-type'))) return respond(context, 200, answer);
    const bytes = encode(RPC[name as RpcName].response as Message, answer);
    return new globalThis.Response(new Uint8Array(bytes), {
      headers: { ...commonHeaders(context.req.raw, clock), 'content-type': BINARY_TYPE },
    });
  });
  app.onError((error, context) => {
    if (error instanceof TwirpFailure) {
      return respond(context, error.status, { code: error.code, msg: error.message });
    }
    server.coordinator.surprised(error);
    return respond(context, 500, { code: 'internal', msg: 'internal error' });
  });
  app.notFound((context) => respond(context, 404, { code: 'bad_route', msg: 'there is no such method' }));
  return app;
}
