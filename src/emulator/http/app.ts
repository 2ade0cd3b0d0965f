import { type Context, Hono } from 'hono';
import { OPERATIONS } from '../operations/index.js';
import type { Mount } from '../operations/operation.js';
import type { Coordinator } from '../state/coordinator.js';
import { Failure } from '../wire/api-failure.js';
import type { Dialect } from '../wire/user.js';
import { Exchange } from './exchange.js';
import { commonHeaders, PREFLIGHT } from './headers.js';
import type { Answer, HostBindings } from './host.js';

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

function unknownPath({ req }: Context<Env>): Answer {
  const failure = new Failure(16, 'there is no such endpoint');
  return {
    status: failure.status,
    headers: { 'content-type': 'application/json' },
    text: JSON.stringify(failure.body(`${req.method} ${req.path.slice(0, 200)}`, '0.01ms')),
  };
}

/** The coordinator as a Web-standard handler: every endpoint under every prefix. */
export function createApp(coordinator: Coordinator): Hono<Env> {
  const app = new Hono<Env>({ strict: false });
  const answer = ({ req, env }: Context<Env>, { headers, ...rest }: Answer) =>
    env.respond({ ...rest, headers: { ...commonHeaders(req.raw, coordinator.clock), ...headers } });
  // As middleware for every answer it would take each one apart and put it together again.
  app.options('*', PREFLIGHT);
  app.get(HINT_PATH, (context) => answer(context, { status: 200, headers: HINT, text: null }));
  for (const operation of OPERATIONS) {
    for (const [prefix, dialect] of PREFIXES[operation.mount]) {
      app.on(operation.method, `${prefix}${operation.path}`, (context) =>
        new Exchange(coordinator, context.req.raw, { operation, dialect }, context.env).answer(
          context.req.param(),
        ),
      );
    }
  }
  app.notFound((context) => answer(context, unknownPath(context)));
  return app;
}
