import { type Emulator, startEmulator } from 'stream-video-auth/emulator';
import { test as base } from 'vitest';

/** `test` with an `emulator` of its own for each test that asks for one. */
export const test = base.extend<{ emulator: Emulator }>({
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the fixtures that are needed from the pattern
  emulator: async ({}, use) => {
    const emulator = await startEmulator();
    await use(emulator);
    await emulator.stop();
  },
});
