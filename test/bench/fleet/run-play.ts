import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Kind } from './scenarios.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export interface Played {
  readonly results: readonly unknown[];
  /** What playing took. */
  readonly run: {
    readonly peakMegabytes: number;
    readonly seconds: number;
    readonly cpuSeconds: number;
  };
}

/**
 * Plays all scenes of one kind in a process of their own, with the client as it is published, built anew: a loader
 * would cost half of the time.
 */
export async function runPlay(kind: Kind, clients: number, seed: number): Promise<Played> {
  const folder = await mkdtemp(path('../../../node_modules/.bench-'));
  try {
    const file = join(folder, 'play.mjs');
    await build({
      entryPoints: [path('play.ts')],
      outfile: file,
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'es2022',
      external: ['ws'],
    });
    const player = fork(file, [kind, String(clients), String(seed)], {
      execArgv: ['--expose-gc', '--max-semi-space-size=64', '--max-old-space-size=6144'],
    });
    let played: Played | undefined;
    player.on('message', (message) => {
      played = message as Played;
    });
    const [code] = await once(player, 'exit');
    if (!played || code !== 0) throw new Error('The fleet was not played to its end');
    return played;
  } finally {
    await rm(folder, { recursive: true });
  }
}
