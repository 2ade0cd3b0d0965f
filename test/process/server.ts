import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

export interface RudeServer {
  readonly url: string;
  /** Sends a frame to the next client that connects, a while after it did. */
  tell(frame: object): Promise<void>;
  close(): Promise<void>;
}

/**
 * The first path segment says what becomes of a client: `ok`, `close`, `redirect`, `mute` (as `ok`, but no close frame
 * is ever answered), `endless` (a redirect whose body does not end), or a code to be refused with.
 */
function modeOf({ url = '' }: IncomingMessage): string {
  return url.split('/')[1] ?? '';
}

function refusal(code: number, secret: string) {
  const status = { 71: 429, 9: 429, 4: 400, 17: 403 }[code] ?? (code < 0 ? 500 : 401);
  return { StatusCode: status, code, message: `refused, and this is what was sent: ${secret}`, details: [] };
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  const mode = modeOf(request);
  const secret = request.headers.authorization ?? '';
  const reply = (status: number, body: string, headers: Record<string, string> = {}) =>
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  if (mode === 'ok' || mode === 'mute') reply(200, '{"duration":"1ms"}');
  else if (mode === 'redirect') reply(302, '', { location: `/elsewhere/${secret}?token=${secret}` });
  else if (mode === 'endless') response.writeHead(302, { location: '/elsewhere' }).write('x'.repeat(100_000));
  else if (mode === 'page') reply(502, `<p>${secret}</p>`);
  else if (mode === 'close') request.socket.destroy();
  else {
    const error = refusal(Number(mode), secret);
    reply(error.StatusCode, JSON.stringify({ ...error, exception_fields: { header: secret } }));
  }
}

/** A coordinator on loopback that refuses in every way, and repeats the client's token wherever it can. */
export async function startRudeServer(): Promise<RudeServer> {
  const server = createServer(answer);
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket, request) => {
    const mode = modeOf(request);
    if (mode === 'mute') socket.close = () => {};
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data));
      if (Array.isArray(frame)) return;
      const created_at = new Date().toISOString();
      if (mode === 'ok' || mode === 'mute') {
        const me = { id: frame.user_details.id };
        socket.send(JSON.stringify({ type: 'connection.ok', connection_id: 'one', created_at, me }));
        return;
      }
      if (mode !== 'close') {
        const error = refusal(Number(mode), frame.token);
        socket.send(JSON.stringify({ type: 'connection.error', created_at, error }));
      }
      socket.close(4401, String(frame.token).slice(0, 120));
    });
    socket.on('error', () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async tell(frame) {
      const [socket] = await once(sockets, 'connection');
      await once(socket, 'message');
      await new Promise((resolve) => setTimeout(resolve, 300));
      socket.send(JSON.stringify(frame));
    },
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
