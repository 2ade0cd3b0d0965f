import { StreamVideoClient, type TokenProvider, type User } from '@stream-io/video-client';
import { WebSocket } from 'ws';
import { type Emulator, type StartEmulatorOptions, startEmulator } from '../../../src/emulator/index.js';

interface OfficialOptions {
  user?: User;
  token?: string;
  tokenProvider?: TokenProvider;
  /** Attempts of a failing connect; the package's own default is 5. */
  connectRetries?: number;
  /** The limit of each request; the package's own default is 5,000. */
  requestMs?: number;
}

/** A published client, unchanged, pointed at the emulator as its users would. */
export function officialClient(
  emulator: Emulator,
  { connectRetries = 1, requestMs = 5_000 }: OfficialOptions = {},
): StreamVideoClient {
  return new StreamVideoClient({
    apiKey: emulator.apiKey,
    options: {
      baseURL: `${emulator.url}/video`,
      // The package types the browser's class; on Node its documentation names `ws`.
      WebSocketImpl: WebSocket as unknown as typeof globalThis.WebSocket,
      allowServerSideConnect: true,
      clientEventsReportingEnabled: false,
      locationHintUrl: `${emulator.url}/hint`,
      maxConnectUserRetries: connectRetries,
      timeout: requestMs,
      // It logs whole responses, and tests refuse many.
      logOptions: { default: { level: 'error', sink: () => {} } },
    },
  });
}

/** A token provider that counts. */
export function countingProvider(make: (call: number) => string | Promise<string>) {
  const provider = async () => {
    provider.calls += 1;
    return make(provider.calls);
  };
  provider.calls = 0;
  return provider;
}

/** Runs a test against an emulator of its own, so that tests may run side by side. */
export async function withEmulator(
  test: (emulator: Emulator) => Promise<void>,
  options?: StartEmulatorOptions,
): Promise<void> {
  const emulator = await startEmulator(options);
  try {
    await test(emulator);
  } finally {
    await emulator.stop();
  }
}

/** Resolves once the condition holds; the test's own time limit ends a wait in vain. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 20));
}

/** The handshakes that arrived, as the codes that answered them; 101 is success. */
export function handshakes(emulator: Emulator): (number | undefined)[] {
  return emulator.requests
    .filter(({ kind }) => kind === 'socket')
    .map(({ status, apiCode }) => apiCode ?? status);
}

/** The answers to the requests of one operation: the code of a refusal, else the status. */
export function answers(emulator: Emulator, operation: string): (number | undefined)[] {
  return emulator.requests
    .filter(({ kind, operation: name }) => kind === 'http' && name === operation)
    .map(({ status, apiCode }) => apiCode ?? status);
}
