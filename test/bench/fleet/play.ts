import { type Kind, playAll } from './scenarios.js';

/** The scenes of one kind, in a process of their own: `play.mjs KIND CLIENTS SEED`. */
const [kind, clients, seed] = process.argv.slice(2) as [Kind, string, string];
// Errors are many here, and nobody reads where they came from.
Error.stackTraceLimit = 0;
const startedAt = performance.now();
const { results, peakMegabytes } = await playAll(kind, {
  clients: Number(clients),
  seed: Number(seed),
  say: (line) => console.log(`${kind}, ${line}`),
});
const { user, system } = process.cpuUsage();
const seconds = (performance.now() - startedAt) / 1_000;
process.send?.({ results, run: { peakMegabytes, seconds, cpuSeconds: (user + system) / 1e6 } });
