// The rooms of the source and what each imports, from the real import graph; and those that the picture shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { ROOT } from './blocks.js';

export const PICTURES = { light: 'architecture-light', dark: 'architecture-dark' } as const;

/** `client/http` of a file in it; a door that is not the client is one room. */
function roomOf(file: string): string | undefined {
  if (file === 'stream-video-auth') return 'client/stream-video';
  const [src, door = '', inner = ''] = file.split('/');
  if (src !== 'src' || door === 'bin') return undefined;
  return door === 'client' ? `client/${inner.replace(/\.ts$/, '')}` : door;
}

/** Words of the ground floor that every room uses, and that would only tangle the picture. */
const GROUND =
  /^(shared|client\/(api-types|freeze|logger|snapshot|version|event-emitter|user|options|index|call-events|events))$/;

/** `client/http`, and `client/http->client/auth` for an import of the one by the other; sorted. */
export async function readRooms(): Promise<string[]> {
  const { output } = await cruise(['src'], {
    baseDir: ROOT,
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  });
  const found = new Set<string>();
  for (const { source, dependencies } of (output as ICruiseResult).modules) {
    const from = roomOf(source);
    if (from === undefined || GROUND.test(from)) continue;
    found.add(from);
    for (const { resolved } of dependencies) {
      const to = roomOf(resolved);
      if (to !== undefined && to !== from && !GROUND.test(to)) found.add(`${from}->${to}`);
    }
  }
  return [...found].sort();
}

/** What a picture was drawn from: each box and each arrow has it as its title. */
function drawnRooms(picture: string): string[] {
  const svg = readFileSync(join(ROOT, `docs/public/${picture}.svg`), 'utf8');
  const titles = [...svg.matchAll(/<title>(.+)<\/title>/g)].map(([, title = '']) => title);
  return titles
    .map((title) => title.replaceAll('&#45;', '-').replaceAll('&gt;', '>'))
    .filter((title) => title !== 'rooms')
    .sort();
}

/** What the pictures of the architecture show and the source has not, or the other way round. */
export async function staleRooms(): Promise<string[]> {
  const today = await readRooms();
  return Object.values(PICTURES).flatMap((picture) => {
    const drawn = drawnRooms(picture);
    return [
      ...today.filter((one) => !drawn.includes(one)).map((one) => `${picture}.svg lacks ${one}`),
      ...drawn
        .filter((one) => !today.includes(one))
        .map((one) => `${picture}.svg shows ${one}, which is gone`),
    ];
  });
}
