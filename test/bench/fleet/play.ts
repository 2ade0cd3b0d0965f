import { Progress } from './progress.js';
import { playAll, SCENES } from './scenarios.js';

/** The scenes themselves, in a process of their own: `play.mjs CLIENTS SEED`. */
const [clients, seed] = process.argv.slice(2).map(Number) as [number, number];
// Errors are many here, and nobody reads where they came from.
Error.stackTraceLimit = 0;
const progress = new Progress(SCENES, seed, console.log);
const startedAt = performance.now();
const results = await playAll(clients, seed, progress);
const run = { peakMegabytes: progress.peakBytes / 1e6, seconds: (performance.now() - startedAt) / 1_000 };
process.send?.({ results, run });
