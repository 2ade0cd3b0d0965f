import { startEmulator } from 'stream-video-auth/emulator';
import type { TestProject } from 'vitest/node';

/** A page can't start a server: the emulator runs beside Vitest, which hands its address to the tests. */
export default async function setup(project: TestProject) {
  const allowOrigins = ['http://localhost:63315', 'http://localhost:23315']; // Vitest 4's page, and Vitest 5's
  const emulator = await startEmulator({ allowOrigins });
  project.provide('emulator', { apiKey: emulator.apiKey, url: emulator.url });
  return () => emulator.stop();
}

declare module 'vitest' {
  interface ProvidedContext {
    emulator: { apiKey: string; url: string };
  }
}
