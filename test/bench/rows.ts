import type { Run } from './run-measure.js';

/** Medians by the measure's name and its subject, for example `get ours`. */
export type Medians = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface Row {
  readonly what: string;
  /** What the official client has instead; undefined where it has nothing to compare. */
  readonly official?: number | undefined;
  readonly ours: number;
  /** What it must be, at most. */
  readonly must: number;
  readonly unit: 'x' | 'µs' | 'B' | 'kB' | 'ms' | '%' | 'call' | 'timer';
}

/** What the table is made of. Subjects of one measure run in turn, so that they share the machine's moods. */
export const RUNS: readonly Run[] = [
  { name: 'get', subject: 'bare', size: 400 },
  { name: 'get', subject: 'ours', size: 400 },
  { name: 'get', subject: 'official', size: 400 },
  { name: 'own', subject: 'bare', size: 5_000 },
  { name: 'own', subject: 'signalled', size: 5_000 },
  { name: 'own', subject: 'ours', size: 5_000 },
  { name: 'garbage', size: 1_000 },
  { name: 'inFlight', size: 2_000 },
  { name: 'getToken', size: 20_000 },
  { name: 'burst', subject: 'bare', size: 4_000 },
  { name: 'burst', size: 4_000 },
  { name: 'refusedBurst', size: 4_000 },
  { name: 'heapMade', size: 2_000 },
  { name: 'heapOfficial', subject: 'official', size: 500 },
  { name: 'heapUsed', size: 2_000 },
  { name: 'heapConnected', size: 1_000 },
  { name: 'lostCalls', subject: 'bare', size: 50_000 },
  { name: 'lostCalls', size: 50_000 },
  { name: 'cold', subject: 'bare', size: 1 },
  { name: 'cold', size: 1 },
  { name: 'connect', subject: 'bare', size: 1 },
  { name: 'connect', size: 1 },
  { name: 'idle', size: 10_000 },
];

export interface Sizes {
  readonly oursBytes: number;
  readonly officialBytes: number;
  readonly reactBytes: number;
}

/** The table, with its goals. */
export function rowsOf(medians: Medians, imports: Readonly<Record<string, number>>, sizes: Sizes): Row[] {
  const of = (run: string, figure: string): number => {
    const value = medians[run]?.[figure];
    if (value === undefined) throw new Error(`Nobody has measured ${figure} of ${run}`);
    return value;
  };
  const ratio = (figure: string, name: string, subject = 'ours') =>
    of(`${name} ${subject}`, figure) / of(`${name} bare`, figure);
  const kB = (name: string, subject = 'ours') => of(`${name} ${subject}`, 'bytes') / 1_000;
  const importMs = (name: string) => (imports[name] as number) - (imports.empty as number);
  return [
    {
      what: 'one GET over bare fetch: wall',
      official: ratio('wallUs', 'get', 'official'),
      ours: ratio('wallUs', 'get'),
      must: 1.1,
      unit: 'x',
    },
    {
      what: 'one GET over bare fetch: CPU',
      official: ratio('cpuUs', 'get', 'official'),
      ours: ratio('cpuUs', 'get'),
      must: 1.15,
      unit: 'x',
    },
    {
      what: 'own CPU of a request, over a controller, a timer and JSON',
      ours: ratio('cpuUs', 'own'),
      must: 2,
      unit: 'x',
    },
    {
      what: 'the same, where fetch is given the signal of that controller',
      ours: of('own ours', 'cpuUs') / of('own signalled', 'cpuUs'),
      must: 2,
      unit: 'x',
    },
    { what: 'garbage of a request', ours: kB('garbage'), must: 8, unit: 'kB' },
    { what: 'heap of a request in flight', ours: kB('inFlight'), must: 4, unit: 'kB' },
    { what: 'getToken() on a fresh token: CPU', ours: of('getToken ours', 'cpuUs'), must: 1, unit: 'µs' },
    { what: 'getToken() on a fresh token: garbage', ours: kB('getToken'), must: 0.75, unit: 'kB' },
    {
      what: 'burst of 4,000 GETs over bare fetch, 64 at once: wall',
      ours: ratio('wallMs', 'burst'),
      must: 1.15,
      unit: 'x',
    },
    {
      what: 'burst of 4,000 GETs over bare fetch, 64 at once: CPU',
      ours: ratio('cpuMs', 'burst'),
      must: 1.15,
      unit: 'x',
    },
    {
      what: 'the same on a refused token: provider calls',
      ours: of('refusedBurst ours', 'providerCalls'),
      must: 1,
      unit: 'call',
    },
    {
      what: 'the same on a refused token, over two good bursts',
      ours: of('refusedBurst ours', 'refusedMs') / (2 * of('refusedBurst ours', 'goodMs')),
      must: 1,
      unit: 'x',
    },
    {
      what: 'heap of a client: made',
      official: kB('heapOfficial', 'official'),
      ours: kB('heapMade'),
      must: 2.5,
      unit: 'kB',
    },
    { what: 'heap of a client: after one request', ours: kB('heapUsed'), must: 6, unit: 'kB' },
    { what: 'heap of a client: connected', ours: kB('heapConnected'), must: 8, unit: 'kB' },
    { what: 'kept of a call() that nobody holds', ours: of('lostCalls ours', 'bytes'), must: 16, unit: 'B' },
    {
      what: 'CPU of a request after 50,000 of them, over one without',
      ours: ratio('cpuMs', 'lostCalls'),
      must: 1.05,
      unit: 'x',
    },
    {
      what: 'the client, every export, minified and gzipped',
      official: sizes.officialBytes / 1_000,
      ours: sizes.oursBytes / 1_000,
      must: 28.5,
      unit: 'kB',
    },
    { what: 'the React door on top', ours: sizes.reactBytes / 1_000, must: 1.5, unit: 'kB' },
    {
      what: 'import in Node, over an empty module',
      official: importMs('official'),
      ours: importMs('ours'),
      must: 15,
      unit: 'ms',
    },
    {
      what: 'first answer, cold, over a token and a request by hand, 100 ms each',
      ours: ratio('wallMs', 'cold'),
      must: 1.05,
      unit: 'x',
    },
    {
      what: 'connect(), over a socket opened by hand meanwhile, 100 ms each',
      ours: ratio('wallMs', 'connect'),
      must: 1.05,
      unit: 'x',
    },
    {
      what: 'guest: create and connect, over the same by hand',
      ours: ratio('guestMs', 'connect'),
      must: 1.05,
      unit: 'x',
    },
    {
      what: '10,000 idle clients: CPU, of a core',
      ours: of('idle ours', 'share') * 100,
      must: 1,
      unit: '%',
    },
    { what: 'timers of an idle client', ours: of('idle ours', 'timers'), must: 1, unit: 'timer' },
  ];
}

/** The figure as people read it. */
export function shown(value: number | undefined, unit: Row['unit']): string {
  if (value === undefined) return '-';
  const isCount = unit === 'call' || unit === 'timer';
  const digits = isCount || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  const text = value.toFixed(digits);
  return `${text} ${unit}${isCount && text !== '1' ? 's' : ''}`;
}
