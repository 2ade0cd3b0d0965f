import type { Claim } from './claim.js';
import { VectorError } from './claim.js';
import type { Caller, World } from './world.js';

export type Expectation = (claim: Claim, world: World) => void;

/** Milliseconds by which two moments may differ: a `Date` header is cut to seconds. */
const HEADER_PRECISION_MS = 1_000;

interface ErrorFields {
  readonly name?: string;
  readonly code?: string;
  readonly apiCode?: number;
  readonly retryAt?: number;
  readonly retryable?: boolean;
  readonly closeCode?: number;
  readonly cause?: ErrorFields;
  readonly message?: string;
  readonly remediation?: string;
}

function moment(claim: Claim, actual: number | undefined, world: World): void {
  const wanted = claim.value === 'none' ? 'none' : Math.round(world.duration(claim.text));
  claim.equals(actual === undefined ? 'none' : Math.round(actual), wanted);
}

function causeOf({ cause }: ErrorFields, world: World): string | undefined {
  if (cause === undefined) return undefined;
  if (cause === world.provider.lastError) return "the provider's error";
  return cause.apiCode === undefined
    ? (cause.code ?? cause.name ?? String(cause))
    : `answer ${cause.apiCode}`;
}

function reasonOf(caller: Caller): ErrorFields {
  return (caller.error ?? {}) as ErrorFields;
}

function one(claim: Claim, caller: Caller, world: World): void {
  const error = reasonOf(caller);
  const contains = (text: string | undefined) => (part: Claim) =>
    part.holds(String(text).toLowerCase().includes(part.text.toLowerCase()), text);
  claim.each({
    outcome: (part) => part.equals(caller.outcome),
    token: (part) => part.equals(world.issuer.nameOf(caller.value as string)),
    error: (part) => part.equals(error.code ?? error.message ?? typeof caller.error),
    class: (part) => part.equals(error.name),
    apiCode: (part) => part.equals(error.apiCode),
    retryable: (part) => part.equals(error.retryable),
    retryAt: (part) => moment(part, error.retryAt, world),
    closeCode: (part) => part.equals(error.closeCode),
    cause: (part) => part.equals(causeOf(error, world) ?? 'none'),
    message: contains(error.message),
    remedy: contains(error.remediation),
  });
}

function state(claim: Claim, world: World): void {
  const actual = world.client.auth.state as unknown as Readonly<Record<string, unknown>>;
  const plain = (key: string) => (part: Claim) => part.equals(actual[key] ?? 'none');
  claim.each({
    status: plain('status'),
    phase: plain('phase'),
    reason: plain('reason'),
    refreshing: plain('refreshing'),
    generation: plain('generation'),
    userId: plain('userId'),
    lastError: (part) => part.equals((actual.lastError as ErrorFields | undefined)?.code ?? 'none'),
    retryAt: (part) => moment(part, actual.retryAt as number | undefined, world),
    expiresAt: (part) => moment(part, actual.expiresAt as number | undefined, world),
  });
}

function alike(requests: readonly { method: string; url: URL; headers: Headers; body: unknown }[]): string {
  const [first, ...others] = requests.map(({ method, url, headers, body }) => {
    const same = [...headers].filter(([name]) => name !== 'authorization' && name !== 'x-client-request-id');
    return JSON.stringify([method, url.href, same, body]);
  });
  const ids = new Set(requests.map(({ headers }) => headers.get('x-client-request-id')));
  if (ids.size !== requests.length) return 'the same request id';
  return others.every((other) => other === first) ? 'alike' : 'different';
}

/** What a vector may expect, word by word. Lists are whole and in order, from the start of the vector on. */
export const EXPECTATIONS: Readonly<Record<string, Expectation>> = {
  providerCalls: (claim, { provider }) => claim.equals(provider.reasons.length),
  reasons: (claim, { provider }) => claim.equals(provider.reasons),
  providerSignal: (claim, { provider }) =>
    claim.equals(provider.contexts.at(-1)?.signal.aborted ? 'aborted' : 'live'),
  providerIsTold: (claim, { provider }) => {
    const { signal, ...context } = provider.contexts.at(-1) ?? ({} as { signal?: AbortSignal });
    claim.equals(signal && context);
  },
  sent: (claim, { server }) => claim.equals(server.sent),
  handshakes: (claim, { server }) => claim.equals(server.handshakes),
  guests: (claim, { server }) => claim.equals(server.guests),
  requests: (claim, { server }) => claim.equals(alike(server.coordinator.requests)),
  authType: (claim, { server }) =>
    claim.equals(server.coordinator.requests.at(-1)?.headers.get('stream-auth-type')),
  connectionIds: (claim, { server }) =>
    claim.equals(
      server.coordinator.requests.map(({ url }) => url.searchParams.get('connection_id') ?? 'none'),
    ),
  socketsMade: (claim, { server }) => claim.equals(server.sockets.length),
  openSockets: (claim, { server }) => claim.equals(server.openSockets),
  tokenInUrl: (claim, { server, issuer }) =>
    claim.equals(server.sockets.some(({ url }) => issuer.issued.some(({ value }) => url.includes(value)))),
  connection: (claim, { client }) => claim.equals(client.connectionState),
  user: (claim, { client }) => claim.equals(client.user.id),
  token: (claim, { client, issuer }) => claim.equals(issuer.nameOf(client.token)),
  events: (claim, { events }) => claim.equals(events),
  warned: (claim, { warnings }) => {
    const parts = Array.isArray(claim.value) ? (claim.value as string[]) : [];
    const isSo = parts.length === warnings.length && parts.every((part, at) => warnings[at]?.includes(part));
    claim.holds(isSo, warnings);
  },
  waiting: (claim, { callers }) => {
    const waiting = [...callers].filter(([, all]) => all.some(({ outcome }) => outcome === 'waiting'));
    claim.equals(waiting.map(([name]) => name));
  },
  calls: (claim, world) => {
    for (const name of claim.keys) {
      for (const caller of world.find(name)) one(claim.at(name), caller, world);
    }
  },
  state,
  offset: (claim, world) => {
    const { offsetMs } = world.client.auth.explain().clock;
    const wanted = claim.value === 'none' ? 0 : world.duration(claim.text, { isFact: true });
    const precision = wanted === 0 ? 0 : HEADER_PRECISION_MS;
    claim.holds(Math.abs(offsetMs - wanted) <= precision, offsetMs);
  },
  evidence: (claim, { client }) => claim.equals(client.auth.explain().clock.evidence ?? 'none'),
  nextLook: (claim, world) => moment(claim, world.timers.nextLookMs, world),
  timers: (claim, world) => claim.equals(world.timerCount),
};

export function expectationOf(
  words: Readonly<Record<string, Expectation>>,
  claim: Claim,
  world: World,
): void {
  if (claim.keys.length === 0) throw new VectorError(`${claim.path}: expects nothing`);
  claim.each(
    Object.fromEntries(Object.entries(words).map(([word, check]) => [word, (part) => check(part, world)])),
  );
}
