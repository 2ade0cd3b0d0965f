import type { Emulator } from 'stream-video-auth/emulator';
import type { Connect, Plugin } from 'vite';

/** `POST /token` of the page's own server. It believes any name: an app looks at its own session instead. */
export function tokenEndpoint(emulator: Emulator): Plugin {
  const use = ({ middlewares }: { middlewares: Connect.Server }) => {
    middlewares.use('/token', async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      response.end(await emulator.userToken(JSON.parse(body).user_id, { expiresInSeconds: 60 }));
    });
  };
  return { name: 'token-endpoint', configureServer: use, configurePreviewServer: use };
}
