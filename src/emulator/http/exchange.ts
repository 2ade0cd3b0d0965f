import { sanitize } from '../../shared/sanitize.js';
import { ANONYMOUS_ID } from '../../shared/token-format.js';
import { authenticate, SERVER } from '../auth/auth-order.js';
import type { Caller } from '../auth/caller.js';
import { type Operation, requireServer } from '../operations/operation.js';
import type { Coordinator } from '../state/coordinator.js';
import { stringify } from '../state/instant.js';
import type { RecordedRequest } from '../state/journal.js';
import { redact, redactHeaders, redactQuery, redactText } from '../state/journal-redaction.js';
import type { ResponseFault } from '../state/response-faults.js';
import type { KnownToken } from '../state/token-registry.js';
import { Failure } from '../wire/api-failure.js';
import type { Dialect } from '../wire/user.js';
import { type Body, validate } from '../wire/validation.js';
import { readBody } from './body.js';
import { failureOf, htmlPage, truncated } from './fault-answers.js';
import { commonHeaders } from './headers.js';
import type { Answer, HostBindings } from './host.js';

const CUT_AFTER_MS = 20;
const JSON_TYPE = { 'content-type': 'application/json' };
const HTML_TYPE = { 'content-type': 'text/html; charset=utf-8' };

export interface Route {
  readonly operation: Operation;
  readonly dialect: Dialect;
}

/** One request and its answer, through faults, authentication, validation and the operation itself. */
export class Exchange {
  readonly #coordinator: Coordinator;
  readonly #request: Request;
  readonly #url: URL;
  readonly #route: Route;
  readonly #host: HostBindings;
  readonly #recorded: RecordedRequest;
  readonly #startedAt = globalThis.performance.now();
  #token: KnownToken | undefined;
  #caller: Caller | undefined;

  constructor(coordinator: Coordinator, request: Request, route: Route, host: HostBindings) {
    this.#coordinator = coordinator;
    this.#request = request;
    this.#route = route;
    this.#host = host;
    this.#url = new URL(request.url);
    this.#recorded = coordinator.journal.begin({
      kind: 'http',
      at: coordinator.clock.now(),
      method: request.method,
      path: this.#url.pathname,
      query: redactQuery(this.#url.searchParams),
      headers: redactHeaders(request.headers),
      operation: route.operation.name,
      authType: request.headers.get('stream-auth-type') ?? undefined,
      connectionId: this.#url.searchParams.get('connection_id') ?? undefined,
    });
  }

  async answer(params: Readonly<Record<string, string>>): Promise<Response> {
    const { planned, timers } = this.#coordinator;
    const delayMs = planned.nextDelayMs();
    if (delayMs > 0) await timers.sleep(delayMs);
    // Telemetry is not what a test means by "the next request".
    const isCounted = this.#route.operation.name !== 'ReportClientCallEvent';
    const fault = isCounted ? planned.takeFailure(this.#request.method, this.#url.pathname) : undefined;
    const response = fault === undefined ? await this.#serve(params) : await this.#break(fault);
    this.#recorded.durationMs = globalThis.performance.now() - this.#startedAt;
    this.#coordinator.reportRequest(this.#recorded);
    return response;
  }

  async #serve(params: Readonly<Record<string, string>>): Promise<Response> {
    try {
      const { operation, dialect } = this.#route;
      this.#caller = await this.#authenticate();
      this.#recorded.userId = this.#caller.userId && redactText(this.#caller.userId);
      const body = await this.#readBody();
      if (operation.fields !== undefined) validate(body, operation.fields);
      const context = {
        coordinator: this.#coordinator,
        caller: this.#caller,
        params,
        query: this.#url.searchParams,
        body,
        connectionId: this.#url.searchParams.get('connection_id') ?? undefined,
        dialect,
        origin: this.#url.origin,
      };
      if (operation.serverOnly) requireServer(context);
      const result = await operation.handle(context);
      const hasCreated = this.#request.method === 'POST' || this.#request.method === 'PUT';
      return this.#respondJson({ ...result, duration: this.#duration() }, hasCreated ? 201 : 200);
    } catch (error) {
      if (error instanceof Failure) return this.#refuse(error);
      this.#coordinator.surprised(error);
      return this.#refuse(new Failure(-1, 'internal error'));
    }
  }

  #authenticate(): Promise<Caller> {
    const { headers } = this.#request;
    const query = this.#url.searchParams;
    return authenticate(
      {
        operation: this.#route.operation.name,
        apiKey: query.get('api_key') ?? undefined,
        authType: headers.get('stream-auth-type') ?? undefined,
        token: headers.get('authorization') ?? undefined,
        needsToken: this.#route.operation.isPublic !== true,
        opensSocket: false,
        queryUserId: query.get('user_id') ?? undefined,
        connectionId: query.get('connection_id') ?? undefined,
      },
      this.#coordinator,
      (claims, token) => {
        this.#recorded.claims = token?.shownClaims ?? (redact(claims) as Record<string, unknown>);
        this.#token = token;
        this.#recorded.tokenId = token?.id;
      },
    );
  }

  async #readBody(): Promise<Body> {
    if (this.#request.method === 'GET' || this.#request.method === 'HEAD') return {};
    const body = await readBody(this.#host);
    this.#recorded.body = redact(body);
    return body;
  }

  async #break(fault: ResponseFault): Promise<Response> {
    const { kind = 'error' } = fault;
    const failure = failureOf(fault);
    const { status } = failure;
    this.#recorded.fault = kind;
    this.#noteToken();
    if (kind === 'error') return this.#refuse(failure);
    if (kind === 'html') return this.#respond({ status, text: htmlPage(status), headers: HTML_TYPE });
    if (kind === 'truncate') {
      this.#recorded.status = status;
      const text = stringify(failure.body(this.#route.operation.name, this.#duration()), 'text');
      return truncated(this.#complete({ status, text, headers: JSON_TYPE }), () => this.#cutLater());
    }
    if (kind === 'hang') await this.#untilGone();
    this.#host.cut();
    return new Response(null, { status: 500 });
  }

  // The token of a request that fails anyway is not checked; the journal still shows whose it was.
  #noteToken(): void {
    const known = this.#coordinator.tokens.find(this.#request.headers.get('authorization') ?? '');
    if (known === undefined) return;
    this.#recorded.claims = known.shownClaims;
    this.#recorded.tokenId = known.id;
    this.#recorded.userId = redactText(known.userId);
  }

  // The first half of a body has to be on its way before the line is cut.
  async #cutLater(): Promise<void> {
    await this.#coordinator.timers.sleep(CUT_AFTER_MS);
    this.#host.cut();
  }

  #untilGone(): Promise<void> {
    const { stopped } = this.#coordinator;
    const { signal } = this.#request;
    return new Promise((resolve) => {
      const leave = () => {
        signal.removeEventListener('abort', leave);
        stopped.removeEventListener('abort', leave);
        resolve();
      };
      if (signal.aborted || stopped.aborted) return resolve();
      signal.addEventListener('abort', leave);
      stopped.addEventListener('abort', leave);
    });
  }

  #refuse(failure: Failure): Response {
    this.#recorded.apiCode = failure.code;
    this.#recorded.message = sanitize(failure.message);
    return this.#respondJson(failure.body(this.#route.operation.name, this.#duration()), failure.status);
  }

  #respondJson(body: object, status: number): Response {
    const isServer = this.#caller?.kind === 'server';
    const who = isServer ? SERVER : (this.#caller?.userId ?? this.#token?.userId ?? ANONYMOUS_ID);
    const form = this.#route.dialect === 'server' ? 'nanoseconds' : 'text';
    return this.#respond({
      status,
      text: stringify(body, form),
      headers: {
        ...JSON_TYPE,
        ...this.#coordinator.limits.headers(who, this.#route.operation.name),
      },
    });
  }

  #respond(answer: Answer): Response {
    this.#recorded.status = answer.status;
    return this.#host.respond(this.#complete(answer));
  }

  #complete(answer: Answer): Answer {
    const headers = { ...commonHeaders(this.#request, this.#coordinator.clock), ...answer.headers };
    return { ...answer, headers };
  }

  #duration(): string {
    return `${(globalThis.performance.now() - this.#startedAt).toFixed(2)}ms`;
  }
}
