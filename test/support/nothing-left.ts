import timers from 'node:timers';
import { afterAll, afterEach, beforeAll, expect, vi } from 'vitest';

const rejections: unknown[] = [];
const remember = (reason: unknown) => rejections.push(reason);

/** Sockets and servers that this process holds open; the runner itself talks through pipes. */
function openSockets(): string[] {
  return process.getActiveResourcesInfo().filter((resource) => /^(TCP|HTTP|TLS)/.test(resource));
}

/** Taken at the start, before any test puts its own in their place. */
const { setImmediate, setTimeout } = globalThis;

/** Rejections count as unhandled only once the microtasks have run. */
async function rejectionsSoFar(): Promise<unknown[]> {
  await new Promise((resolve) => setImmediate(resolve));
  return rejections.splice(0);
}

beforeAll(() => {
  process.on('unhandledRejection', remember);
});

afterEach(async () => {
  expect(await rejectionsSoFar(), 'unhandled rejections').toEqual([]);
  if (vi.isFakeTimers()) {
    const timers = vi.getTimerCount();
    vi.useRealTimers();
    expect(timers, 'timers left behind').toBe(0);
  }
});

afterAll(async () => {
  // A page brings timers of its own.
  if (!('window' in globalThis)) expect(setTimeout, 'virtual timers left behind').toBe(timers.setTimeout);
  for (let tries = 0; openSockets().length > 0 && tries < 40; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await rejectionsSoFar(), 'unhandled rejections').toEqual([]);
  process.off('unhandledRejection', remember);
  expect(openSockets(), 'sockets left behind').toEqual([]);
});
