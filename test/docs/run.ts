// Checks the code of README, guides and doc comments: each block is type-checked, and run against the emulator where it
// does not say `no-run`. A block that says `// rejects: SomeError` must end so, and one that says `file=` must be that
// file. And the pictures must show what they were drawn from: npm run test:docs
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { startEmulator } from '../../src/emulator/index.js';
import { createTokenHandler } from '../../src/server/index.js';
import { type Block, ROOT, readBlocks } from './blocks.js';
import { asModule, FOLDER, typeErrors } from './check-types.js';
import { surroundings } from './given.js';
import { staleLives } from './life-page.js';
import { staleRooms } from './rooms.js';
import { undocumented } from './undocumented.js';
import { StreamVideo, world } from './world.js';

const BLOCK_LIMIT_MS = 10_000;

/** Doc comments that only show a form; a page's block says `no-run` itself. */
const FORMS = /useEffect|useCreateStreamVideo|StreamVideoClient|setupServer|devtools/i;

const isCode = (block: Block) => /^tsx?$/.test(block.language) && fileOf(block) === undefined;

/** A block that is a whole file of an app in `test/apps`, where it is run. */
const fileOf = ({ attributes }: Block) => /\bfile=(\S+)/.exec(attributes)?.[1];

function fileErrors(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    const file = fileOf(block);
    if (file === undefined || readFileSync(join(ROOT, file), 'utf8') === block.code) return [];
    return [`${block.place}: it is not the text of ${file}`];
  });
}

function canRun({ language, attributes, code, isDocComment }: Block): boolean {
  return language === 'ts' && !/\bno-run\b/.test(attributes) && !(isDocComment && FORMS.test(code));
}

/** Commands of this package that a page names must exist. */
function commandErrors(blocks: readonly Block[]): string[] {
  const { bin, scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return blocks
    .filter(({ language }) => /^(sh|bash|console)$/.test(language))
    .flatMap(({ place, code }) => [
      ...[...code.matchAll(/npx (stream-video-[\w-]+)/g)]
        .filter(([, name = '']) => !(name in bin))
        .map(([command]) => `${place}: no such command: ${command}`),
      ...[...code.matchAll(/npm run ([\w:-]+)/g)]
        .filter(([, name = '']) => !(name in scripts))
        .map(([command]) => `${place}: no such script: ${command}`),
    ]);
}

function jsonErrors(blocks: readonly Block[]): string[] {
  return blocks
    .filter(({ language }) => language === 'json')
    .flatMap(({ place, code }) => {
      try {
        JSON.parse(code);
        return [];
      } catch (error) {
        return [`${place}: ${error}`];
      }
    });
}

async function startWorld() {
  const emulator = await startEmulator();
  emulator.seed({
    users: [{ id: 'martin', name: 'Martin' }, { id: 'anna' }, { id: 'mara', role: 'admin' }],
    calls: [
      {
        type: 'livestream',
        id: '1',
        created_by_id: 'martin',
        backstage: false,
        members: [{ user_id: 'martin', role: 'host' }],
      },
      {
        type: 'default',
        id: 'team',
        created_by_id: 'martin',
        members: [{ user_id: 'martin' }, { user_id: 'anna' }],
      },
    ],
  });
  const handleToken = createTokenHandler({
    apiSecret: emulator.apiSecret,
    authenticate: async (request) => {
      const { user_id } = (await request.json()) as { user_id: string };
      return user_id === '!anon' ? { anonymous: true } : { userId: user_id };
    },
    callToken: (_request, { requestedCallCids }) =>
      requestedCallCids.length > 0 ? requestedCallCids : ['livestream:1'],
  });
  const endpoint = createServer(getRequestListener(handleToken)).listen(0, '127.0.0.1');
  await once(endpoint, 'listening');
  world.apiKey = emulator.apiKey;
  world.baseUrl = emulator.url;
  world.pageUrl = `http://127.0.0.1:${(endpoint.address() as AddressInfo).port}`;
  process.env.STREAM_API_SECRET = emulator.apiSecret;
  process.env.STREAM_API_KEY = emulator.apiKey;
  process.env.STREAM_BASE_URL = emulator.url;
  // Any that is free: several blocks listen.
  process.env.PORT = '0';
  return {
    emulator,
    async stop() {
      endpoint.closeAllConnections();
      endpoint.close();
      await emulator.stop();
    },
  };
}

/** Why the block failed; undefined when it did what it says. */
async function failureOf(block: Block, file: string): Promise<string | undefined> {
  const expected = /rejects: (\w+)/.exec(block.code)?.[1];
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new Error('it did not end')), BLOCK_LIMIT_MS).unref();
  });
  const failed = await Promise.race([import(file), late]).then(
    () => undefined,
    (error: unknown) => error ?? 'undefined',
  );
  if (expected === undefined) return failed === undefined ? undefined : String(failed);
  const name = failed instanceof Error ? failed.constructor.name : typeof failed;
  return name === expected ? undefined : `it says it rejects with ${expected}: ${failed ?? 'it did not'}`;
}

async function runBlocks(blocks: readonly Block[]): Promise<string[]> {
  const folder = join(FOLDER, 'run');
  mkdirSync(folder, { recursive: true });
  const failures: string[] = [];
  for (const [index, block] of blocks.entries()) {
    const file = join(folder, `${index}.ts`);
    const inWorld = asModule(block).replaceAll(
      /from 'stream-video-auth'/g,
      `from '${join(ROOT, 'test/docs/world.ts')}'`,
    );
    writeFileSync(file, inWorld);
    const { emulator, stop } = await startWorld();
    const token = await emulator.userToken('martin');
    const callToken = await emulator.callToken(['livestream:1']);
    const tokenProvider = () => emulator.userToken('martin');
    const streamVideo = new StreamVideo({ apiKey: '', user: { id: 'martin' }, token, tokenProvider });
    const call = streamVideo.call('default', 'team');
    const request = new Request('http://localhost/token', { headers: { authorization: token } });
    Object.assign(globalThis, surroundings(emulator), {
      token,
      callToken,
      tokenProvider,
      streamVideo,
      call,
      request,
    });
    const failure = await failureOf(block, file);
    if (failure !== undefined) failures.push(`${block.place}: ${failure}`);
    await Promise.all(world.clients.splice(0).map((client) => client.disconnect()));
    await stop();
  }
  return failures;
}

const blocks = readBlocks();
const code = blocks.filter(isCode);
const runnable = code.filter(canRun);
const failures = [
  ...commandErrors(blocks),
  ...jsonErrors(blocks),
  ...fileErrors(blocks),
  ...typeErrors(code),
  ...(await runBlocks(runnable)),
];
const missing = undocumented(ROOT);
for (const name of missing) console.log(`${name} has no doc comment`);
for (const failure of failures) console.log(failure);
const stale = [...(await staleRooms()), ...(await staleLives())];
for (const picture of stale) console.log(`${picture}: npm run docs:picture`);
console.log(`${blocks.length} blocks: ${code.length} type-checked, ${runnable.length} of them run`);
console.log(`Blocks: ${blocks.length - failures.length} passed, ${failures.length} failed`);
rmSync(FOLDER, { recursive: true, force: true });
process.exit(failures.length + missing.length + stale.length > 0 ? 1 : 0);
