import { parseArgs } from 'node:util';
import { createCallToken } from './call-token.js';
import { explainToken } from './explain-token.js';
import { createUserToken } from './user-token.js';

const USAGE = `Mints a token for development, or explains one. Nothing goes over the network.

  stream-video-token --user martin                      a user token
  stream-video-token --call livestream:1                a call token for anonymous visitors
  stream-video-token --user martin --call default:1     a call token of a user
  stream-video-token --explain TOKEN                    what a token is and what is wrong with it (- reads stdin)

  --user ID             whom the token is for
  --call TYPE:ID        a call that it opens; repeat it for more, up to 100
  --role ROLE           the role in these calls
  --expires-in SECONDS  how long it lives, at most 30 days; 3600 by default
  --allow-weak-secret   accepts a secret under 32 bytes, for a local coordinator
  --help                this text

The secret is read from the environment variable STREAM_API_SECRET, never from a flag.`;

const DEVELOPMENT_ONLY =
  'This token is for development. In production, let createTokenHandler of stream-video-auth/server mint tokens.';

const SECRET_FLAG = /^--?(?:api|app|stream)?[-_]?(?:api[-_]?)?secret(?:=|$)/i;

interface CommandInput {
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  readStdin: () => Promise<string>;
}

interface CommandOutput {
  stdout: string;
  stderr: string;
  exitCode: number;
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

async function run({ args, env, readStdin }: CommandInput): Promise<CommandOutput> {
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
      'allow-weak-secret': { type: 'boolean' },
      help: { type: 'boolean' },
    },
  });
  const apiSecret = env.STREAM_API_SECRET;
  if (values.help) return success(USAGE);
  if (values.explain !== undefined) {
    const token = values.explain === '-' ? await readStdin() : values.explain;
    return explanation(token, apiSecret);
  }
  const { user: userId, call: callCids, role } = values;
  if (userId === undefined && callCids === undefined) return failure(USAGE);
  if (!apiSecret) return failure('Set STREAM_API_SECRET to the secret of your application.');
  const common = {
    apiSecret,
    allowWeakSecret: values['allow-weak-secret'],
    expiresInSeconds: parseSeconds(values['expires-in']),
  };
  if (callCids) {
    return success(await createCallToken({ ...common, callCids, userId, role }), DEVELOPMENT_ONLY);
  }
  if (role !== undefined) return failure('--role counts in calls only: name them with --call.');
  return success(await createUserToken({ ...common, userId: userId ?? '' }), DEVELOPMENT_ONLY);
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

function success(stdout: string, stderr = ''): CommandOutput {
  return { stdout, stderr, exitCode: 0 };
}

function failure(stderr: string): CommandOutput {
  return { stdout: '', stderr, exitCode: 2 };
}
