import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { metrics, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { transformSync } from 'esbuild';
import { StreamVideo } from 'stream-video-auth';
import { startEmulator } from 'stream-video-auth/emulator';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

/** The function that the guide shows, as it stands there. */
function shownInGuide(): (client: StreamVideo) => () => void {
  const page = readFileSync(new URL('../../docs/guide/tracing.md', import.meta.url), 'utf8');
  const shown = /```ts\n([\s\S]+?\n}\n)/.exec(page)?.[1] ?? '';
  const { code } = transformSync(shown, { loader: 'ts', format: 'cjs' });
  const module = { exports: {} as { observeTokens: (client: StreamVideo) => () => void } };
  new Function('module', 'require', code)(module, createRequire(import.meta.url));
  return module.exports.observeTokens;
}

let spans: InMemorySpanExporter;
let sums: InMemoryMetricExporter;
let emulator: Awaited<ReturnType<typeof startEmulator>>;
let meters: MeterProvider;
let tracers: BasicTracerProvider;
/** Names of the headers of each request. */
let headers: string[][];

beforeEach(async () => {
  headers = [];
  spans = new InMemorySpanExporter();
  sums = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  emulator = await startEmulator();
  tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
  meters = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter: sums, exportIntervalMillis: 3_600_000 })],
  });
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
});

afterEach(async () => {
  await tracers.shutdown();
  await meters.shutdown();
  trace.disable();
  metrics.disable();
  await emulator.stop();
});

function observed(tokenProvider: () => Promise<string>): StreamVideo {
  return new StreamVideo({
    apiKey: emulator.apiKey,
    baseUrl: emulator.url,
    user: { id: 'martin' },
    tokenProvider,
    fetch: (input, init) => {
      headers.push([...new Headers(init?.headers).keys()]);
      return fetch(input, init);
    },
  });
}

async function metricNames(): Promise<string[]> {
  await meters.forceFlush();
  return sums
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap((scope) => scope.metrics)
    .map(({ descriptor }) => descriptor.name);
}

describe('the traces of the guide', () => {
  test('a refresh is a span with its generation and reason, and a duration', async () => {
    const client = observed(async () => emulator.userToken('martin'));
    const stop = shownInGuide()(client);
    await client.auth.refresh();
    stop();
    const [span, ...more] = spans.getFinishedSpans();
    expect(span).toMatchObject({
      name: 'token refresh',
      attributes: { 'token.generation': 1, 'token.reason': 'manual' },
    });
    expect(more).toEqual([]);
    expect(await metricNames()).toContain('stream_video.token.refresh.duration');
    await client.disconnect();
  });

  test('a failure is a span with an error, and counted; nothing in it is a token', async () => {
    const token = await emulator.userToken('martin');
    const client = observed(() => Promise.reject(new Error(`no: ${token}`)));
    const stop = shownInGuide()(client);
    const failed = new Promise((resolve) => client.on('token.refresh_failed', resolve));
    const waiting = client.auth.getToken().catch(() => {});
    await failed;
    stop();
    await client.disconnect();
    await waiting;
    const [span] = spans.getFinishedSpans();
    expect(span).toMatchObject({ name: 'token refresh', status: { code: 2 } });
    expect(JSON.stringify(span?.status)).not.toContain(token);
    expect(await metricNames()).toContain('stream_video.token.refresh.failures');
  });

  test('once stopped, nothing is told', async () => {
    const client = observed(async () => emulator.userToken('martin'));
    const stop = shownInGuide()(client);
    await client.auth.refresh();
    expect(spans.getFinishedSpans()).toHaveLength(1);
    stop();
    spans.reset();
    await client.auth.refresh();
    expect(spans.getFinishedSpans()).toEqual([]);
    await client.disconnect();
  });

  test('the coordinator is sent no traceparent, also inside of a span', async () => {
    const client = observed(async () => emulator.userToken('martin'));
    shownInGuide()(client);
    await trace.getTracer('app').startActiveSpan('page', async (span) => {
      await client.request('GET', '/edges');
      span.end();
    });
    expect(headers).toHaveLength(1);
    expect(headers.flat()).toContain('authorization');
    expect(headers.flat()).not.toEqual(expect.arrayContaining([expect.stringMatching(/^trace|^baggage/)]));
    await client.disconnect();
  });
});
