import { fileURLToPath } from 'node:url';

/** The package's doors by their published names, as the source of this repository has them. */
export const DOORS = [
  ['stream-video-auth', 'client'],
  ['stream-video-auth/server', 'server'],
  ['stream-video-auth/emulator', 'emulator'],
  ['stream-video-auth/devtools', 'devtools'],
  ['stream-video-auth/react', 'react'],
].map(([name, room]) => ({
  find: new RegExp(`^${name}$`),
  replacement: fileURLToPath(new URL(`../../src/${room}/index.ts`, import.meta.url)),
}));
