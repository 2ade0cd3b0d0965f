import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import type { Coordinator } from '../coordinator.js';
import { Failure } from '../failure.js';
import { OPERATIONS } from '../operations/index.js';
import type { Mount, Operation } from '../operations/operation.js';
import type { Dialect } from '../users/wire.js';
import type { HostBindings } from './breakage.js';
import { Exchange } from './exchange.js';

type Env = { Bindings: HostBindings };

const PREFIXES: Readonly<Record<Mount, readonly (readonly [string, Dialect])[]>> = {
  video: [
    ['/video', 'video'],
    ['/api/v2/video', 'server'],
  ],
  shared: [
    ['/video', 'video'],
    ['/api/v2', 'server'],
    ['', 'chat'],
  ],
  server: [['/api/v2', 'server']],
  chat: [['', 'chat']],
};

// Where the location hint is answered; the three first characters are the location.
const HINT_PATH = '/hint';
const HINT = { 'x-amz-cf-pop': 'FRA56-E1' };

const CORS = cors({
  origin: (origin) => origin || '*',
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
  allowHeaders: [
    'Authorization',
    'stream-auth-type',
    'X-Stream-Client',
    'x-client-request-id',
    'Content-Type',
  ],
  exposeHeaders: ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'x-amz-cf-pop'],
  maxAge: 600,
});

function unknownPath(context: Context<Env>): Response {
  const failure = new Failure(16, 'there is no such endpoint');
  return Response.json(failure.body(`${context.req.method} ${context.req.path.slice(0, 200)}`, '0.01ms'), {
    status: failure.status,
  });
}

/** The coordinator as a Web-standard handler: every endpoint under every prefix. */
export function createApp(coordinator: Coordinator): Hono<Env> {
  const app = new Hono<Env>({ strict: false });
  app.use(async (context, next) => {
    await next();
    context.header('date', new Date(coordinator.clock.now()).toUTCString());
  });
  for (const path of protocolPaths()) app.use(path, CORS);
  app.get(HINT_PATH, (context) => context.body(null, 200, HINT));
  for (const operation of OPERATIONS) {
    for (const [prefix, dialect] of PREFIXES[operation.mount]) {
      app.on(operation.method, `${prefix}${operation.path}`, (context) =>
        new Exchange(coordinator, context.req.raw, { operation, dialect }, context.env).answer(
          context.req.param(),
        ),
      );
    }
  }
  app.notFound(unknownPath);
  return app;
}

/** The paths that any web page may use: the coordinator's, never the controls'. */
function protocolPaths(): string[] {
  const rooted = OPERATIONS.filter(({ mount }: Operation) => mount === 'shared' || mount === 'chat');
  return ['/video/*', '/api/v2/*', HINT_PATH, ...new Set(rooted.map(({ path }) => path))];
}
