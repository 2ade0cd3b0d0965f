import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

/**
 * As little of a coordinator as the benchmark needs, in a process of its own: answers each request with the same
 * small object, welcomes each socket, and refuses the tokens that it is told to. `/guest` makes a guest.
 */
const refused = new Set<string>();
const EDGES = JSON.stringify({
  edges: [{ id: 'a', latency_test_url: 'https://a.example' }],
  duration: '1ms',
});
const REFUSAL = JSON.stringify({ StatusCode: 401, code: 40, message: 'token is expired', duration: '1ms' });

const server = createServer((request, response) => {
  const isRefused = refused.has(request.headers.authorization ?? '');
  request.resume();
  response.setHeader('content-type', 'application/json');
  response.statusCode = isRefused ? 401 : 200;
  response.end(isRefused ? REFUSAL : EDGES);
});
server.keepAliveTimeout = 60_000;

new WebSocketServer({ server }).on('connection', (socket) => {
  socket.once('message', (data) => {
    const { user_details: me } = JSON.parse(String(data));
    const created_at = new Date().toISOString();
    socket.send(JSON.stringify({ type: 'connection.ok', connection_id: 'bench', created_at, me }));
  });
});

process.on('message', (token: string) => {
  refused.add(token);
  process.send?.({ refused: refused.size });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});
