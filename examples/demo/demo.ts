// The whole life cycle as a story: npm run demo
// The same against the real service, without the revocation: STREAM_API_KEY=... STREAM_API_SECRET=... npm run demo:live
import { startEmulator } from 'stream-video-auth/emulator';
import { anonymous, guest, openCall, revocation, type Stage, signedIn } from './chapters.js';
import { Story } from './story.js';
import { startTokenEndpoint } from './token-endpoint.js';

const TIME_LIMIT_MS = 45_000;
const TOKEN_LIFE_SECONDS = 12;

async function main(story: Story): Promise<void> {
  const isLive = process.argv.includes('--live');
  const { STREAM_API_KEY, STREAM_API_SECRET } = process.env;
  if (isLive && !(STREAM_API_KEY && STREAM_API_SECRET)) {
    throw new Error('demo:live needs STREAM_API_KEY and STREAM_API_SECRET in the environment');
  }
  const emulator = isLive ? undefined : await startEmulator();
  const apiKey = emulator?.apiKey ?? String(STREAM_API_KEY);
  const apiSecret = emulator?.apiSecret ?? String(STREAM_API_SECRET);
  const stage: Stage = { story, apiKey, baseUrl: emulator?.url, tokenUrl: '', run: Date.now().toString(36) };
  const { type, id } = openCall(stage);
  const endpoint = await startTokenEndpoint({
    apiSecret,
    expiresInSeconds: TOKEN_LIFE_SECONDS,
    openCalls: [`${type}:${id}`],
  });
  stage.tokenUrl = endpoint.url;
  story.tell(`coordinator at ${emulator?.url ?? 'the real service'}, token endpoint at ${endpoint.url}`);
  try {
    const martin = await signedIn(stage);
    if (emulator) await revocation(stage, martin, emulator);
    await guest(stage);
    await anonymous(stage);
    await martin.disconnect();
  } finally {
    await endpoint.stop();
    await emulator?.stop();
  }
  story.summary();
  story.expect(story.elapsedMs < TIME_LIMIT_MS, `it took less than ${TIME_LIMIT_MS / 1000} s`);
  console.log(
    '\nNext: npm run demo:web prints the address of a live page where you make these things happen yourself.',
  );
}

const story = new Story();
main(story).catch((error) => {
  story.tell(`${error}`);
  // Clients that are still connected would keep the process alive.
  process.exit(1);
});
