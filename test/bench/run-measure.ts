import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Figures, Subject } from './measures.js';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** The measures with the client as it is published, built anew: no loader takes part in what is measured. */
export async function buildMeasures(): Promise<{ file: string; remove(): Promise<void> }> {
  // Inside the project, so that the peers are found.
  const folder = await mkdtemp(path('../../node_modules/.bench-'));
  const file = join(folder, 'measures.mjs');
  await build({
    entryPoints: { measures: path('measures.ts'), client: path('../../src/client/index.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'es2022',
    external: ['@stream-io/video-client', 'ws'],
    alias: { 'stream-video-auth': path('../../src/client/index.ts') },
  });
  return { file, remove: () => rm(folder, { recursive: true }) };
}

/** The coordinator, in a process of its own. */
export async function startCoordinator(): Promise<{ url: string; process: ChildProcess }> {
  const coordinator = fork(path('coordinator.ts'), { execArgv: ['--import', 'tsx'] });
  const [{ url }] = (await once(coordinator, 'message')) as [{ url: string }];
  return { url, process: coordinator };
}

export interface Run {
  readonly name: string;
  readonly subject?: Subject;
  readonly size: number;
}

/** Runs one measure once, in a process of its own. */
export async function runMeasure(
  file: string,
  { name, subject = 'ours', size }: Run,
  coordinator?: { url: string; process: ChildProcess },
): Promise<Figures> {
  const measure = fork(file, [name, subject, String(size), coordinator?.url ?? ''], {
    // A nursery that nothing has to leave while garbage is counted.
    execArgv: ['--expose-gc', '--min-semi-space-size=128', '--max-semi-space-size=128'],
  });
  let figures: Figures | undefined;
  measure.on('message', async (message: { figures?: Figures; refuse?: string }) => {
    figures ??= message.figures;
    if (message.refuse === undefined || !coordinator) return;
    coordinator.process.send(message.refuse);
    await once(coordinator.process, 'message');
    measure.send('refused');
  });
  const [code] = await once(measure, 'exit');
  if (!figures || code !== 0) throw new Error(`The measure ${name} of ${subject} failed`);
  return figures;
}
