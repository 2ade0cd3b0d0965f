import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import * as door from '../../src/server/index.js';

const path = (relative: string) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

async function bundle(source: string, server: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: path('.'), loader: 'ts' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    alias: { 'stream-video-auth': path('src/client/index.ts'), 'stream-video-auth/server': path(server) },
    logLevel: 'silent',
  });
  return outputFiles.map(({ text }) => text).join('\n');
}

/** Not the algorithm's name: the client's advice about tokens of another one names it (case 229). */
const SIGNING = /CompactSign|FlattenedSign|importKey|HMAC|apiSecret|createUserToken/;

describe('under the browser condition', () => {
  it('the server door throws one sentence at import that names the settings of test runners', async () => {
    const imported: unknown = await import('../../src/server/browser.js').catch((error: unknown) => error);
    expect(imported).toBeInstanceOf(Error);
    const { message } = imported as Error;
    expect(message).toContain('must never reach a browser');
    expect(message).toContain('customExportConditions');
    expect(message).toContain('resolve.conditions');
    expect(message.match(/[.](\s|$)/g)).toHaveLength(1);
  });

  it('it has every name of the real door, so that the sentence is seen and not a missing export', async () => {
    const names = Object.keys(door);
    const source = `import { ${names.join(', ')} } from 'stream-video-auth/server'; console.log(${names.join(', ')});`;
    const code = await bundle(source, 'src/server/browser.ts');
    expect(code).toContain('must never reach a browser');
    expect(code).not.toMatch(/CompactSign|importKey|HMAC|HS256|apiSecret/);
  });
});

describe('a browser app', () => {
  const app = `
    import { StreamVideo, User, fetchTokenProvider } from 'stream-video-auth';
    const client = new StreamVideo({ apiKey: 'key', user: { id: 'martin' }, tokenProvider: fetchTokenProvider('/token') });
    console.log(client, User, fetchTokenProvider);
  `;

  it('holds no signing code and not the name of the option for the secret', async () => {
    expect(await bundle(app, 'src/server/browser.ts')).not.toMatch(SIGNING);
  });

  it('would be caught if it minted', async () => {
    const minting =
      "import { createUserToken } from 'stream-video-auth/server'; console.log(createUserToken);";
    const code = await bundle(minting, 'src/server/index.ts');
    for (const word of ['CompactSign', 'importKey', 'HMAC', 'HS256', 'apiSecret'])
      expect(code).toContain(word);
  });
});
