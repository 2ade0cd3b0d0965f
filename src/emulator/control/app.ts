import { type Context, Hono } from 'hono';
import { StreamVideoError } from '../../shared/errors.js';
import { assertKnown } from '../../shared/known-options.js';
import { readBody } from '../http/body.js';
import type { HostBindings } from '../http/host.js';
import { snapshotOf } from '../seed/snapshot.js';
import { MAX_CALLS } from '../state/calls.js';
import type { Coordinator } from '../state/coordinator.js';
import { KEPT_REQUESTS } from '../state/journal.js';
import { REMEMBERED_TOKENS } from '../state/token-registry.js';
import { MAX_USERS } from '../state/users.js';
import { Failure } from '../wire/api-failure.js';
import { validate } from '../wire/validation.js';
import { ACTIONS, type Action, type Controls, FURTHER_ACTIONS } from './actions.js';
import type { Guard } from './guard.js';
import { inventoryOf } from './inventory.js';
import { PAGE_HEADERS, PAGE_HTML, PAGE_ICON } from './page-html.js';
import { liveSnapshot } from './snapshot.js';

type Env = { Bindings: HostBindings };

const ROOT = '/_emulator';
const NOTE = 'A development server: it holds no real account and must never be reachable by others.';

export interface ControlOptions {
  guard: Guard;
  /** The script of the page; undefined where it was not built. */
  pageScript: () => Promise<string | undefined>;
}

function index({ apiKey, allowsMint }: Coordinator): object {
  return {
    name: 'stream-video-emulator',
    note: NOTE,
    api_key: apiKey,
    mint_allowed: allowsMint,
    // What was not used for longest is forgotten beyond these.
    kept: {
      users: MAX_USERS,
      calls: MAX_CALLS,
      tokens: REMEMBERED_TOKENS,
      requests: KEPT_REQUESTS,
    },
    read: {
      [ROOT]: 'this list',
      [`${ROOT}/state`]: 'clients, tokens, requests and faults, as the live feed opens with them',
      [`${ROOT}/requests`]: 'what arrived, tokens redacted',
      [`${ROOT}/snapshot`]: 'users, roles, grants, call types and calls, in the form of a seed',
      [`${ROOT}/inventory`]: 'the users and calls that were used last, with their state in words',
      [`${ROOT}/live`]: 'a WebSocket: a snapshot, then what happens',
    },
    post: ACTIONS.map(listed),
    further: FURTHER_ACTIONS.map(listed),
  };
}

function listed({ path, does, body }: Action): object {
  return { path: `${ROOT}${path}`, does, body };
}

async function perform(controls: Controls, action: Action, { req, env }: Context<Env>): Promise<Response> {
  // A form of another site can send anything but this content type without asking first.
  if (!/^application\/json\b/i.test(req.header('content-type') ?? '')) {
    return refusal(415, 'content_type', 'send JSON with content-type: application/json');
  }
  try {
    const body = await readBody(env);
    // A misspelt user_id would end the tokens of all users.
    assertKnown(action.path, body, action.fields);
    validate(body, action.fields);
    const answer: unknown = await action.run(controls, body);
    return Response.json(answer ?? { ok: true });
  } catch (error) {
    if (error instanceof Failure) return refusal(error.status, `code_${error.code}`, error.message);
    if (error instanceof StreamVideoError)
      return refusal(400, error.code, `${error.message}. ${error.remediation}`);
    throw error;
  }
}

function refusal(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

/** The controls under `/_emulator` and the page at `/`: for the developer's own eyes, so no CORS. */
export function createControlApp(controls: Controls, { guard, pageScript }: ControlOptions): Hono<Env> {
  const { coordinator } = controls;
  const app = new Hono<Env>();
  app.use(async (context, next) => {
    const why = guard.refusalOf(context.req.raw.headers);
    if (why !== undefined) return refusal(403, 'forbidden', why);
    const origin = guard.allowedOrigin(context.req.raw.headers);
    if (origin !== undefined && context.req.method === 'OPTIONS')
      context.res = new Response(null, { status: 204 });
    else await next();
    if (origin !== undefined) {
      context.header('access-control-allow-origin', origin);
      context.header('access-control-allow-headers', 'content-type');
      context.header('access-control-allow-methods', 'GET, POST');
      context.header('vary', 'Origin');
    }
    context.header('cache-control', 'no-store');
    context.header('x-content-type-options', 'nosniff');
  });
  app.get('/', (context) => context.body(PAGE_HTML, 200, PAGE_HEADERS));
  app.get('/page.js', async (context) => {
    const script = await pageScript();
    if (script === undefined) return context.text('The page is not built: run "npm run build".\n', 503);
    return context.body(script, 200, { 'content-type': 'text/javascript; charset=utf-8' });
  });
  app.get(`${ROOT}/icon.svg`, (context) => context.body(PAGE_ICON, 200, { 'content-type': 'image/svg+xml' }));
  app.get(ROOT, (context) => context.json(index(coordinator)));
  app.get(`${ROOT}/state`, (context) => context.json(liveSnapshot(coordinator)));
  app.get(`${ROOT}/requests`, (context) => context.json({ requests: coordinator.journal.all() }));
  app.get(`${ROOT}/inventory`, (context) => context.json(inventoryOf(coordinator)));
  app.get(`${ROOT}/snapshot`, (context) => context.json(snapshotOf(coordinator)));
  for (const action of [...ACTIONS, ...FURTHER_ACTIONS]) {
    app.post(`${ROOT}${action.path}`, (context) => perform(controls, action, context));
  }
  app.onError((error) => {
    coordinator.surprised(error);
    return refusal(500, 'internal', 'internal error');
  });
  app.notFound(() => refusal(404, 'not_found', `there is no such control; GET ${ROOT} lists them`));
  return app;
}
