import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { signIn } from '../../examples/with-official-client/session.js';
import { countingProvider, withEmulator } from '../emulator/conformance/support.js';

test('with the official client: a call over a revoked token, and a log-out that leaves nothing', () =>
  withEmulator(async (emulator) => {
    const tokenProvider = countingProvider(() => emulator.userToken('martin'));
    const { video, streamVideo, signOut } = await signIn({
      apiKey: emulator.apiKey,
      baseUrl: emulator.url,
      userId: 'martin',
      tokenProvider,
      official: {
        WebSocketImpl: WebSocket as unknown as typeof globalThis.WebSocket,
        allowServerSideConnect: true,
        clientEventsReportingEnabled: false,
        // It logs what Node has no devices for.
        logOptions: { default: { level: 'error', sink: () => {} } },
      },
    });
    const call = video.call('default', 'standup');
    await call.getOrCreate();
    emulator.faults.revoke('martin');
    await call.get();
    expect([call.cid, tokenProvider.calls]).toEqual(['default:standup', 2]);
    expect(streamVideo.connectionState).toBe('idle');
    await signOut();
    expect([streamVideo.auth.state.status, video.state.connectedUser]).toEqual(['signed_out', undefined]);
  }));
