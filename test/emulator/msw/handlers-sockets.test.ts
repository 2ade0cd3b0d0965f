import { setupServer } from 'msw/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { emulatorHandlers, startEmulator } from '../../../src/emulator/index.browser.js';

const had = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');

// Node 20 has no WebSocket of its own; where there is one, as in a page, msw stands before it.
beforeAll(() =>
  Object.defineProperty(globalThis, 'WebSocket', {
    value: NodeWebSocket,
    configurable: true,
    writable: true,
  }),
);
afterAll(() => {
  if (had === undefined) Reflect.deleteProperty(globalThis, 'WebSocket');
  else Object.defineProperty(globalThis, 'WebSocket', had);
});

function open(path: string) {
  const socket = new globalThis.WebSocket(`wss://video.stream-io-api.com${path}`);
  const frames: { type: string; error?: { code: number } }[] = [];
  socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
  const closed = new Promise<number>((resolve) =>
    socket.addEventListener('close', ({ code }) => resolve(code)),
  );
  const opened = new Promise((resolve) => socket.addEventListener('open', resolve));
  const next = async (type: string) => {
    while (!frames.some((frame) => frame.type === type))
      await new Promise((resolve) => setTimeout(resolve, 5));
    return frames.find((frame) => frame.type === type);
  };
  return { socket, frames, opened, closed, next };
}

describe('the browser’s door', () => {
  it('says where startEmulator works', async () => {
    await expect(startEmulator()).rejects.toThrow('startEmulator needs Node');
  });

  it('runs the same handshake, health checks and drops, with no port open', async () => {
    const handlers = emulatorHandlers({ apiKey: 'k' });
    const server = setupServer(...handlers);
    server.listen({ onUnhandledRequest: 'error' });
    const { emulator } = handlers;
    const token = await emulator.userToken('mara');
    const path = '/video/connect?api_key=k&stream-auth-type=jwt';

    const live = open(path);
    await live.opened;
    live.socket.send(JSON.stringify({ token, user_details: { id: 'mara' } }));
    await live.next('connection.ok');
    live.socket.send(new TextEncoder().encode('[{"type":"health.check"}]'));
    await live.next('health.check');
    emulator.faults.dropConnections(4001);
    expect(await live.closed).toBe(4001);

    emulator.faults.revoke('mara');
    const refused = open(path);
    await refused.opened;
    refused.socket.send(JSON.stringify({ token, user_details: { id: 'mara' } }));
    expect((await refused.next('connection.error'))?.error?.code).toBe(40);
    expect(await refused.closed).toBe(4401);

    expect(await open('/elsewhere').closed).toBe(1008);
    expect(emulator.requests.map(({ status }) => status)).toEqual([101, 401]);
    server.close();
  });
});
