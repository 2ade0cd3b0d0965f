// What must not be in a built door, whatever bundles it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const NODE = /["']node:|(?<![\w.])require\(["'`]|\bprocess\.(?!env\.NODE_ENV)/;
const SIGNING = /CompactSign|SignJWT|apiSecret|createUserToken/;
const EMULATOR = /_emulator|startEmulator|emulatorHandlers/;
const EVALUATED = /\beval\(|\bnew Function\(/;
/** The page of the emulator is a file of its own. */
const PAGE = /stream-video-timeline/;

/** By the door's file. */
const FORBIDDEN: Readonly<Record<string, readonly RegExp[]>> = {
  index: [NODE, SIGNING, EMULATOR, EVALUATED, /["']ws["']/],
  'index.react-native': [NODE, SIGNING, EMULATOR, EVALUATED, /["']ws["']/],
  'index.node': [SIGNING, EMULATOR, EVALUATED],
  react: [NODE, SIGNING, EMULATOR, EVALUATED, /WebSocket/],
  devtools: [NODE, SIGNING, EMULATOR, EVALUATED],
  'devtools.none': [NODE, SIGNING, EMULATOR, EVALUATED, /customElements/],
  server: [NODE, EMULATOR, EVALUATED],
  'server.browser': [NODE, /CompactSign|SignJWT/, EMULATOR, EVALUATED],
  emulator: [EVALUATED, PAGE],
  'emulator.browser': [NODE, EVALUATED, PAGE],
};

/** What looks like a secret or a token, in whatever is packed as code. */
const SECRETS = [/eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/, /-----BEGIN [A-Z ]*PRIVATE KEY-----/];

/** The doors, and what each holds of what it must not. */
export function readForbidden(dist: string): { door: string; found: string[] }[] {
  return Object.entries(FORBIDDEN).map(([door, patterns]) => {
    const text = readFileSync(join(dist, `${door}.js`), 'utf8');
    const found = [...patterns, ...SECRETS].filter((pattern) => pattern.test(text)).map(String);
    return { door, found };
  });
}
