import { parseArgs } from 'node:util';
import { StreamVideoError } from '../shared/errors.js';
import { parseSeed } from './seed/read-seed.js';
import { type Emulator, type StartEmulatorOptions, startEmulator } from './start.js';

const HELP = `stream-video-emulator: a local coordinator for development and tests

  --port <n>             default: a free one
  --host <address>       default: 127.0.0.1; anything else lets others in
  --api-key <key>        default: random
  --api-secret <secret>  at least 32 bytes; default: random
  --token-ttl <seconds>  life of minted tokens, default 3600
  --guest-ttl <seconds>  life of guests' tokens, default 3600
  --seed <file.json>     users, roles, grants, call types and calls to begin with
  --allow-mint           POST /_emulator/token also with a secret of your own
  --no-media             join names media servers that can't be reached; by default one-to-one media works
  --allow-origin <o>     an origin that may use /_emulator; may be repeated
  --help

A development server. It holds no real account and must never be reachable by strangers.
`;

const OPTIONS = {
  port: { type: 'string' },
  host: { type: 'string' },
  'api-key': { type: 'string' },
  'api-secret': { type: 'string' },
  'token-ttl': { type: 'string' },
  'guest-ttl': { type: 'string' },
  seed: { type: 'string' },
  'allow-mint': { type: 'boolean' },
  'no-media': { type: 'boolean' },
  'allow-origin': { type: 'string', multiple: true },
  help: { type: 'boolean', short: 'h' },
} as const;

export interface CommandEnvironment {
  args: readonly string[];
  write: (text: string) => void;
  warn: (text: string) => void;
  readFile: (path: string) => Promise<string>;
}

/** What the command came to: a running emulator, or an exit code. */
export type CommandResult = { emulator: Emulator } | { exitCode: number };

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '::1']);

function readOptions(
  args: readonly string[],
): StartEmulatorOptions & { help: boolean; seedPath: string | undefined } {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));
  return {
    port: number(values.port),
    host: values.host,
    apiKey: values['api-key'],
    apiSecret: values['api-secret'],
    tokenTtlSeconds: number(values['token-ttl']),
    guestTtlSeconds: number(values['guest-ttl']),
    // Undefined leaves the default: on with a random secret only.
    allowMint: values['allow-mint'],
    media: values['no-media'] !== true,
    allowOrigins: values['allow-origin'],
    help: values.help === true,
    seedPath: values.seed,
  };
}

/** Runs the command up to the moment where it serves. */
export async function runEmulatorCommand({
  args,
  write,
  warn,
  readFile,
}: CommandEnvironment): Promise<CommandResult> {
  try {
    const { help, seedPath, ...options } = readOptions(args);
    if (help) {
      write(HELP);
      return { exitCode: 0 };
    }
    const seed = seedPath === undefined ? undefined : parseSeed(await readFile(seedPath));
    const emulator = await startEmulator({ ...options, seed });
    write(describe(emulator, options));
    if (options.host !== undefined && !LOOPBACK.has(options.host)) {
      warn(
        `Warning: listening on ${options.host}, so others can reach this development server and its controls.\n`,
      );
    }
    if (new URL(emulator.url).port === '3030') {
      warn('Warning: with port 3030 the official JavaScript client looks for its socket on port 8800.\n');
    }
    return { emulator };
  } catch (error) {
    warn(`${explain(error)}\n`);
    return { exitCode: 1 };
  }
}

function explain(error: unknown): string {
  if (error instanceof StreamVideoError)
    return `stream-video-emulator: ${error.message}. ${error.remediation}`;
  return `stream-video-emulator: ${error instanceof Error ? error.message : String(error)} (--help lists the options)`;
}

function describe(
  { url, apiKey, apiSecret }: Emulator,
  { apiSecret: ownSecret }: StartEmulatorOptions,
): string {
  const { host } = new URL(url);
  return `
  Stream Video emulator, for development only

    page        ${url}/
    API key     ${apiKey}
    API secret  ${ownSecret === undefined ? apiSecret : '(yours)'}
    controls    ${url}/_emulator

  The same at each start, for an .env: --port 4030 --api-key local --api-secret SECRET   (32 bytes or more)

  Point a client at it

    stream-video-auth         baseUrl: '${url}'
    @stream-io/video-client   baseURL: '${url}/video', locationHintUrl: '${url}/hint', clientEventsReportingEnabled: false
                              (on Node also WebSocketImpl from 'ws' and allowServerSideConnect: true)
    stream-chat               baseURL: '${url}'
    @stream-io/node-sdk       basePath: '${url}'
    Flutter                   coordinatorRpcUrl: '${url}', coordinatorWsUrl: 'ws://${host}/video/connect'
    Android                   localCoordinatorAddress = "${host}"   (from the Android emulator: 10.0.2.2 for the host)
    Swift                     its endpoints are private constants: rebuild it, or hook the URL loading

  Ctrl-C ends it.

`;
}
