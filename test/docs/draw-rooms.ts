// Draws the rooms of the source and what each imports, from the real import graph: npm run docs:picture
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instance } from '@viz-js/viz';
import { cruise, type ICruiseResult } from 'dependency-cruiser';
import { ROOT } from './blocks.js';

const SCHEMES = {
  light: { ink: '#1b2330', line: '#7b8798', fill: '#eef3fd', edge: '#2257cf' },
  dark: { ink: '#e5e9f0', line: '#5f6d80', fill: '#1d2838', edge: '#82adff' },
};

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

const { output } = await cruise(['src'], {
  tsPreCompilationDeps: true,
  doNotFollow: { path: 'node_modules' },
});
const arrows = new Set<string>();
const rooms = new Set<string>();
for (const { source, dependencies } of (output as ICruiseResult).modules) {
  const from = roomOf(source);
  if (from === undefined || GROUND.test(from)) continue;
  rooms.add(from);
  for (const { resolved } of dependencies) {
    const to = roomOf(resolved);
    if (to !== undefined && to !== from && !GROUND.test(to)) arrows.add(`"${from}" -> "${to}"`);
  }
}

const viz = await instance();
for (const [name, { ink, line, fill, edge }] of Object.entries(SCHEMES)) {
  const dot = `digraph rooms {
    bgcolor = transparent; rankdir = TB; nodesep = 0.35; ranksep = 0.45;
    node [shape = box, style = "rounded,filled", color = "${line}", fillcolor = "${fill}", fontcolor = "${ink}",
      fontname = "Helvetica", fontsize = 13, margin = "0.3,0.08"];
    edge [color = "${edge}", arrowsize = 0.6];
    ${[...rooms, ...arrows]
      .sort()
      .map((one) => (one.startsWith('"') ? one : `"${one}"`))
      .join('\n')}
  }`;
  writeFileSync(join(ROOT, `docs/public/architecture-${name}.svg`), viz.renderString(dot, { format: 'svg' }));
}
