// Apps that this package knows nothing of, with the devtools as the package ships them, under a strict policy.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import type { Emulator } from 'stream-video-auth/emulator';
import { type Options, build as ship } from 'tsup';
import configs from '../../../tsup.config.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const ROOT = here('../../..');

/** Rules that an app may have for everything in it; none of them may reach into the element. */
const STYLES = `
  * { margin: 0; box-sizing: content-box }
  body { font: 16px/1.5 serif; padding: 8px; text-align: center; white-space: pre; text-transform: uppercase;
    letter-spacing: 4px; cursor: wait }
  table, svg, button, p, h2, h3, details, dl { display: none !important; color: red !important }
  .tiny { width: 200px; height: 120px; overflow: auto }
`;

/** Built by the package's own configuration, into a folder of its own. */
async function builtDevtools(): Promise<string> {
  const outDir = await mkdtemp(join(tmpdir(), 'devtools-'));
  const config = (configs as Options[]).find(({ entry }) => entry !== undefined && 'devtools' in entry);
  await ship({ ...config, config: false, dts: false, clean: false, silent: true, outDir });
  const text = await readFile(join(outDir, 'devtools.js'), 'utf8');
  await rm(outDir, { recursive: true });
  return text;
}

async function appWith(devtools: string, reactMajor: 18 | 19): Promise<string> {
  const react = reactMajor === 18 ? '-18' : '';
  const { outputFiles } = await bundle({
    entryPoints: [here('app.ts')],
    absWorkingDir: ROOT,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    define: { 'process.env.NODE_ENV': '"production"' },
    alias: {
      'stream-video-auth': join(ROOT, 'src/client/index.ts'),
      react: join(ROOT, `node_modules/react${react}`),
      'react-dom': join(ROOT, `node_modules/react-dom${react}`),
    },
    plugins: [
      {
        name: 'as-shipped',
        setup({ onLoad, onResolve }) {
          onResolve({ filter: /^stream-video-auth\/devtools$/ }, ({ path }) => ({
            path,
            namespace: 'built',
          }));
          onLoad({ filter: /.*/, namespace: 'built' }, () => ({ contents: devtools, resolveDir: ROOT }));
          onResolve({ filter: /\/fallback-web-socket\.js$/ }, () => ({
            path: join(ROOT, 'src/client/environment/fallback-web-socket.none.ts'),
          }));
        },
      },
    ],
  });
  return outputFiles[0]?.text ?? '';
}

export interface ForeignSite {
  readonly origin: string;
  stop(): void;
}

export async function startForeignSite({ url }: Emulator): Promise<ForeignSite> {
  const devtools = await builtDevtools();
  const [app18, app19] = await Promise.all([appWith(devtools, 18), appWith(devtools, 19)]);
  const policy = [
    "default-src 'none'; script-src 'self'; style-src 'self'",
    `connect-src ${url} ${url.replace('http', 'ws')}`,
    "base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
  ].join('; ');
  const page = (query: URLSearchParams) =>
    `<!doctype html><html lang="en" dir="${query.get('dir') ?? 'ltr'}"><head><meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1"><title>An app</title>
    <link rel="stylesheet" href="/app.css"></head><body><div id="place"></div>
    <script type="module" src="/app-${query.get('react') ?? '19'}.js"></script></body></html>`;
  const files: Record<string, [type: string, text: string]> = {
    '/app.css': ['text/css', STYLES],
    '/app-18.js': ['text/javascript', app18],
    '/app-19.js': ['text/javascript', app19],
  };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    const [type, text] = files[pathname] ?? ['text/html; charset=utf-8', page(searchParams)];
    response.writeHead(200, { 'content-type': type, 'content-security-policy': policy }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => server.close().closeAllConnections(),
  };
}
