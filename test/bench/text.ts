import { isNetworkError } from '../../src/client/environment/network-error.js';
import { deepFreeze } from '../../src/client/freeze.js';
import { apiErrorOf, isWireError } from '../../src/client/http/api-error.js';
import { parseRetryAfterMs } from '../../src/client/refresh/retry-after.js';
import { decodeClaims } from '../../src/client/token/claims.js';
import { readClaims } from '../../src/emulator/auth/read-claims.js';
import { redact, redactQuery } from '../../src/emulator/state/journal-redaction.js';
import { describeThrown } from '../../src/shared/describe-value.js';
import { safeCopy } from '../../src/shared/safe-copy.js';
import { maskTokens, sanitize, sanitizeLines } from '../../src/shared/sanitize.js';
import { closeDoors, DOORS } from './text-doors.js';

/**
 * Nanoseconds per byte of what is done to text from outside, for hostile patterns of three sizes, at each door that
 * reads it. Fails where a
 * size costs more per byte than the one before it by a factor that only a super-linear step explains. Figures of
 * one machine say nothing about another, so nothing fails by time.
 */
const SIZES = [1_024, 32 * 1_024, 1_024 * 1_024];
const REPEATS = 5;
/** From each size to the next a quadratic step costs 32 times as much per byte; caches and the collector, a few times. */
const MAX_RATIO = 8;
/** Below this a run says more about the clock than about the code. */
const MEASURABLE_MS = 4;

const repeat = (unit: string) => (size: number) => unit.repeat(Math.ceil(size / unit.length)).slice(0, size);

const PATTERNS: Readonly<Record<string, (size: number) => string>> = {
  'ewk/ewk/': repeat('ewk/'),
  'eyJ.eyJ.': repeat('eyJ.'),
  'eyJ only': (size) => `eyJ${'a'.repeat(size - 3)}`,
  'ew0 short runs': repeat('ew0abcdefghijk.'),
  'one long run': repeat('a'),
  'padding, then not': (size) => `a.${'='.repeat(size - 5)}x.a`,
  dots: repeat('.'),
  'control characters': repeat('\u001e\u2028\n'),
  'half an emoji': repeat('\ud83d'),
  parentheses: (size) => `fetch failed: ${repeat(' (')(size - 15)}\n`,
  'white space': (size) => ` ${repeat(' \t')(size - 2)}x`,
};

/** JSON of this many bytes around the pattern: wide, and as deep as it is long. */
const wide = (text: string) => {
  const fields = Math.max(1, Math.floor(text.length / 1_024));
  return Object.fromEntries(
    Array.from({ length: fields }, (_, index) => [
      `k${index}`,
      text.slice(index * 1_024, (index + 1) * 1_024),
    ]),
  );
};
const nested = (bytes: number): unknown => JSON.parse(`${'['.repeat(bytes / 2)}${']'.repeat(bytes / 2)}`);

function thrown(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}

type Operation = (text: string) => () => unknown;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  maskTokens: (text) => () => maskTokens(text),
  sanitize: (text) => () => sanitize(text),
  sanitizeLines: (text) => () => sanitizeLines(text),
  describeThrown: (text) => {
    const error = new Error(text);
    return () => describeThrown(error);
  },
  'safeCopy, wide': (text) => {
    const data = wide(text);
    return () => safeCopy(data);
  },
  'safeCopy, deep': (text) => {
    const data = nested(text.length);
    return () => safeCopy(data);
  },
  'deepFreeze, deep': (text) => {
    const data = nested(text.length);
    return () => deepFreeze(data);
  },
  'an answer': (text) => {
    const json = JSON.stringify({ code: 40, StatusCode: 401, message: text, exception_fields: wide(text) });
    return () => {
      const wire: unknown = JSON.parse(json);
      return isWireError(wire) && apiErrorOf(wire, { status: 401 });
    };
  },
  'network error': (text) => {
    const error = new TypeError(text);
    return () => isNetworkError(error);
  },
  'Retry-After': (text) => () => parseRetryAfterMs(text, 0),
  claims: (text) => () => decodeClaims(text),
  'emulator: claims': (text) => () => thrown(() => readClaims(text, { acceptUnsigned: true })),
  'emulator: redact': (text) => {
    const data = { body: wide(text), text };
    return () => redact(data);
  },
  'emulator: query': (text) => {
    const query = new URLSearchParams({ connection_id: text, json: JSON.stringify(wide(text)) });
    return () => redactQuery(query);
  },
  ...DOORS,
};

/** The fastest of several runs, in nanoseconds. */
async function measure(make: () => () => unknown): Promise<number> {
  let best = Number.POSITIVE_INFINITY;
  for (let repeatNumber = 0; repeatNumber < REPEATS; repeatNumber += 1) {
    const run = make();
    const start = process.hrtime.bigint();
    await run();
    best = Math.min(best, Number(process.hrtime.bigint() - start));
  }
  return best;
}

const header = SIZES.map((size) => (size < 1024 ** 2 ? `${size / 1024} KB` : `${size / 1024 ** 2} MB`));
console.log(
  `${'ns per byte'.padEnd(20)}${'worst pattern at 1 MB'.padEnd(24)}${header.map((name) => name.padStart(10)).join('')}${'ms at 1 MB'.padStart(12)}`,
);

const tooSteep: string[] = [];
for (const [name, operation] of Object.entries(OPERATIONS)) {
  const rows: { pattern: string; costs: number[]; totalMs: number }[] = [];
  for (const [pattern, make] of Object.entries(PATTERNS)) {
    const costs: number[] = [];
    let totalMs = 0;
    for (const size of SIZES) {
      const text = make(size);
      const cost = (await measure(() => operation(text))) / size;
      const before = costs.at(-1) ?? cost;
      costs.push(cost);
      totalMs = (cost * size) / 1e6;
      if (totalMs <= MEASURABLE_MS || cost <= before * MAX_RATIO) continue;
      tooSteep.push(
        `${name}, ${pattern}: ${(cost / before).toFixed(1)} times as much per byte at ${size} bytes`,
      );
      // A larger one might take hours.
      break;
    }
    rows.push({ pattern, costs, totalMs });
  }
  const worst = rows.reduce((one, other) => (other.totalMs > one.totalMs ? other : one));
  const figures = worst.costs.map((cost) => cost.toFixed(2).padStart(10)).join('');
  console.log(
    `${name.padEnd(20)}${worst.pattern.padEnd(24)}${figures}${worst.totalMs.toFixed(1).padStart(12)}`,
  );
}
closeDoors();

if (tooSteep.length > 0) {
  console.error(`\nSuper-linear:\n${tooSteep.join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(
    `\n${Object.keys(OPERATIONS).length} operations on ${Object.keys(PATTERNS).length} patterns: linear`,
  );
}
