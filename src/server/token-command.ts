import { parseArgs, parseEnv } from 'node:util';
import { createCallToken } from './call-token.js';
import { type DevelopmentServer, startDevelopmentServer } from './development-server.js';
import { explainToken } from './explain-token.js';
import { createUserToken } from './user-token.js';

const USAGE = `Mints a token for development, explains one, or serves them on loopback. Nothing leaves this machine.

  stream-video-token --user martin                      a user token
  stream-video-token --call livestream:1                a call token for anonymous visitors
  stream-video-token --user martin --call default:1     a call token of a user
  stream-video-token --explain TOKEN                    what a token is and what is wrong with it (- reads stdin)
  stream-video-token --serve                            a token endpoint for any user id, on this machine only

  --user ID             whom the token is for
  --call TYPE:ID        a call that it opens; repeat it for more, up to 100
  --role ROLE           the role in these calls
  --expires-in SECONDS  how long it lives, at most 30 days; 3600 by default
  --env-file FILE       reads STREAM_API_SECRET from a file, such as .env
  --port NUMBER         where --serve listens; 8765 by default
  --allow-weak-secret   accepts a secret under 32 bytes, for a local coordinator
  --help                this text

The secret is read from the environment variable STREAM_API_SECRET, or from a file of such lines with --env-file .env,
never from a flag.`;

const DEVELOPMENT_ONLY =
  'This token is for development. In production, let createTokenHandler of stream-video-auth/server mint tokens.';

const NOT_IN_PRODUCTION =
  '--serve gives a token to whoever asks, for any user id, and NODE_ENV is production. ' +
  'Let createTokenHandler of stream-video-auth/server answer there, with your own check of who is signed in.';

const DEFAULT_PORT = 8765;

const SECRET_FLAG = /^--?(?:api|app|stream)?[-_]?(?:api[-_]?)?secret(?:=|$)/i;

interface CommandInput {
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  readStdin: () => Promise<string>;
  readFile: (path: string) => Promise<string>;
}

interface CommandOutput {
  stdout: string;
  stderr: string;
  exitCode: number;
  /** With `--serve`: runs until it is stopped. */
  server?: DevelopmentServer | undefined;
}

/** The command `stream-video-token`, without a process around it. */
export async function runTokenCommand(input: CommandInput): Promise<CommandOutput> {
  try {
    return await run(input);
  } catch (error) {
    const { message, remediation } = error as { message: string; remediation?: string };
    return failure(remediation ? `${message}. ${remediation}` : message);
  }
}

async function run({ args, env, readStdin, readFile }: CommandInput): Promise<CommandOutput> {
  if (args.some((arg) => SECRET_FLAG.test(arg))) {
    return failure(
      'The secret is never a flag, since flags stay in the history of the shell and show in process lists. ' +
        'Set STREAM_API_SECRET instead, and replace the secret if it was a real one.',
    );
  }
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      user: { type: 'string' },
      call: { type: 'string', multiple: true },
      role: { type: 'string' },
      'expires-in': { type: 'string' },
      explain: { type: 'string' },
      serve: { type: 'boolean' },
      port: { type: 'string' },
      'env-file': { type: 'string' },
      'allow-weak-secret': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return success(USAGE);
  const envFile = values['env-file'];
  const fromFile = envFile === undefined ? {} : parseEnv(await readFile(envFile));
  // As with Node's own --env-file, what is set already stays.
  const apiSecret = env.STREAM_API_SECRET ?? fromFile.STREAM_API_SECRET;
  if (values.explain !== undefined) {
    const token = values.explain === '-' ? await readStdin() : values.explain;
    return explanation(token, apiSecret);
  }
  const { user: userId, call: callCids, role } = values;
  if (values.serve) {
    if (userId !== undefined || callCids || role !== undefined) {
      return failure('--serve answers for any user and call: it takes no --user, --call or --role.');
    }
    if (env.NODE_ENV === 'production') return failure(NOT_IN_PRODUCTION);
  } else {
    if (values.port !== undefined) return failure('--port says where --serve listens: add --serve.');
    if (userId === undefined && callCids === undefined) return failure(USAGE);
  }
  if (!apiSecret)
    return failure(
      'Set STREAM_API_SECRET to the secret of your application, or name a file that does: --env-file .env.',
    );
  const common = {
    apiSecret,
    allowWeakSecret: values['allow-weak-secret'],
    expiresInSeconds: parseSeconds(values['expires-in']),
  };
  if (values.serve) {
    return serving(await startDevelopmentServer({ ...common, port: parsePort(values.port) }));
  }
  if (callCids) {
    return success(await createCallToken({ ...common, callCids, userId, role }), DEVELOPMENT_ONLY);
  }
  if (role !== undefined) return failure('--role counts in calls only: name them with --call.');
  return success(await createUserToken({ ...common, userId: userId ?? '' }), DEVELOPMENT_ONLY);
}

function serving(server: DevelopmentServer): CommandOutput {
  const text = `
  DEVELOPMENT ONLY: whoever asks gets a token, for any user id and any call

    tokens      ${server.url}
    in an app   tokenProvider: fetchTokenProvider('${server.url}')
    by hand     curl '${server.url}?user_id=martin'

  It listens on this machine only, and answers pages of localhost only. ${DEVELOPMENT_ONLY}
  Ctrl-C ends it.
`;
  return { ...success(text), server };
}

async function explanation(token: string, apiSecret: string | undefined): Promise<CommandOutput> {
  const { facts, problems } = await explainToken(token, { apiSecret });
  const verdict =
    problems.length === 0
      ? ['Nothing is wrong with it.']
      : ['What is wrong:', ...problems.map((p) => `- ${p}`)];
  return { ...success([...facts, ...verdict].join('\n')), exitCode: problems.length === 0 ? 0 : 1 };
}

function parseSeconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error('--expires-in takes whole seconds, such as 3600');
  return Number(text);
}

function parsePort(text: string | undefined): number {
  if (text === undefined) return DEFAULT_PORT;
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new Error('--port takes a number up to 65535; 0 means a free one');
  }
  return Number(text);
}

function success(stdout: string, stderr = ''): CommandOutput {
  return { stdout, stderr, exitCode: 0 };
}

function failure(stderr: string): CommandOutput {
  return { stdout: '', stderr, exitCode: 2 };
}
