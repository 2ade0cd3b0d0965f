import { vi } from 'vitest';

/** Everything that the client takes its time from, in the test's hands. Real I/O cannot be used meanwhile. */
export function useVirtualTime(start = '2026-03-02T10:00:00Z'): void {
  vi.useFakeTimers({
    now: new Date(start),
    toFake: ['Date', 'setTimeout', 'clearTimeout', 'performance'],
  });
}

/** Lets every promise that can settle do so, without moving the time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
}

/** Moves the time on, and lets follow what follows. */
export async function advance(milliseconds: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(milliseconds);
  await settle();
}
