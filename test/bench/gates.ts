import { buildMeasures, type Run, runMeasure, startCoordinator } from './run-measure.js';

/**
 * `npm run bench:gates`: what must not grow unnoticed. Bytes have a tenth or more of headroom over what was measured
 * last, and calls of the provider are exact. Timings are printed and never a reason to fail: they say more about
 * the machine.
 */
interface Gate extends Run {
  readonly what: string;
  readonly figure: string;
  readonly max: number;
  /** Fewer is as wrong as more. */
  readonly isExact?: true;
}

const GATES: readonly Gate[] = [
  { what: 'garbage of a request', name: 'garbage', size: 1_000, figure: 'bytes', max: 8_500 },
  { what: 'heap of a request in flight', name: 'inFlight', size: 2_000, figure: 'bytes', max: 3_800 },
  { what: 'garbage of getToken()', name: 'getToken', size: 5_000, figure: 'bytes', max: 660 },
  { what: 'heap of a client, made', name: 'heapMade', size: 2_000, figure: 'bytes', max: 2_700 },
  { what: 'heap of a client, used', name: 'heapUsed', size: 2_000, figure: 'bytes', max: 5_700 },
  { what: 'heap of a client, connected', name: 'heapConnected', size: 1_000, figure: 'bytes', max: 8_500 },
  { what: 'kept of a call that nobody holds', name: 'lostCalls', size: 50_000, figure: 'bytes', max: 16 },
  { what: 'timers of an idle client', name: 'idle', size: 1_000, figure: 'timers', max: 1 },
  {
    what: 'provider calls of a refused burst',
    name: 'refusedBurst',
    size: 1_000,
    figure: 'providerCalls',
    max: 1,
    isExact: true,
  },
];

const { file, remove } = await buildMeasures();
const coordinator = await startCoordinator();
try {
  for (const gate of GATES) {
    const figures = await runMeasure(file, gate, coordinator);
    let value = figures[gate.figure] ?? Number.NaN;
    if (gate.figure === 'bytes' && value > gate.max) {
      // Each process is compiled in its own way, once in a while a costly one: the median of five decides.
      const all = [value];
      while (all.length < 5) all.push((await runMeasure(file, gate, coordinator)).bytes ?? Number.NaN);
      value = all.sort((a, b) => a - b)[2] as number;
    }
    // Nothing measured is no pass either.
    const isMet = gate.isExact ? value === gate.max : value <= gate.max;
    console.log(`${isMet ? 'ok  ' : 'FAIL'} ${gate.what}: ${Math.round(value)} of ${gate.max}`, figures);
    if (!isMet) process.exitCode = 1;
  }
} finally {
  coordinator.process.kill();
  await remove();
}
