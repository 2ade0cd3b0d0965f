// Draws the rooms of the source and what each imports, from the real import graph: npm run docs:picture
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { instance } from '@viz-js/viz';
import { ROOT } from './blocks.js';
import { PICTURES, readRooms } from './rooms.js';

const SCHEMES = {
  light: { ink: '#1b2330', line: '#7b8798', fill: '#eef3fd', edge: '#2257cf' },
  dark: { ink: '#e5e9f0', line: '#5f6d80', fill: '#1d2838', edge: '#82adff' },
} as const;

const statements = (await readRooms()).map((one) =>
  one
    .split('->')
    .map((room) => `"${room}"`)
    .join(' -> '),
);

const viz = await instance();
for (const scheme of ['light', 'dark'] as const) {
  const { ink, line, fill, edge } = SCHEMES[scheme];
  const dot = `digraph rooms {
    bgcolor = transparent; rankdir = TB; nodesep = 0.35; ranksep = 0.45;
    node [shape = box, style = "rounded,filled", color = "${line}", fillcolor = "${fill}", fontcolor = "${ink}",
      fontname = "Helvetica", fontsize = 13, margin = "0.3,0.08"];
    edge [color = "${edge}", arrowsize = 0.6];
    ${statements.join('\n')}
  }`;
  const file = join(ROOT, `docs/public/${PICTURES[scheme]}.svg`);
  writeFileSync(file, viz.renderString(dot, { format: 'svg' }));
}
