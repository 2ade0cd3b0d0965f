import type { ApiError } from '../../shared/errors.js';
import type { TokenSession } from '../auth/token-session.js';
import { type AbortSource, pause, throwIfAborted } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { TokenFacts } from '../token/token-facts.js';
import { CODE, showsAcceptance } from './api-error.js';
import type { ApiRequest, Interceptor, ReplayKind } from './request.js';

/** What to do about an answer. A replay differs in its token and the request's id alone. */
type Step = 'answer' | 'replay' | 'replay_same_token';

const EARLY: readonly (number | undefined)[] = [CODE.tokenNotYetValid, CODE.tokenUsedBeforeIssued];
const REFUSED: readonly (number | undefined)[] = [...EARLY, CODE.tokenSignature, CODE.authentication];

function isExpired({ apiCode, status }: ApiError): boolean {
  return apiCode === CODE.tokenExpired && status >= 400 && status < 500;
}

/** What one request does about refusals of its token: each kind of replay happens once. */
class Replay {
  readonly #session: TokenSession;
  readonly #environment: Environment;
  readonly #signal: AbortSource;
  readonly #spent: ReplayKind[];

  constructor(session: TokenSession, environment: Environment, { signal, budget }: ApiRequest) {
    this.#session = session;
    this.#environment = environment;
    this.#signal = signal;
    this.#spent = budget.spent;
  }

  async after(error: ApiError, token: TokenFacts): Promise<Step> {
    if (isExpired(error)) return this.#renew(error, token);
    if (EARLY.includes(error.apiCode) && this.#spend('wait')) {
      const delayMs = this.#session.verdicts.earlyTokenDelayMs(token);
      await pause(this.#environment.timers, delayMs, { signals: [this.#signal] });
      // Others may have been told meanwhile that it is of no use at all.
      return token.rejectedByServerAt ? 'replay' : 'replay_same_token';
    }
    return this.#giveUp(error, token) && this.#spend('rollback') ? 'replay' : 'answer';
  }

  /** For a body that cannot be sent again: the token is refreshed for the next call all the same. */
  prepareForNext(error: ApiError, token: TokenFacts): void {
    if (isExpired(error)) this.#session.verdicts.renew(token, { cause: error }).catch(() => {});
    else this.#giveUp(error, token);
  }

  async #renew(error: ApiError, token: TokenFacts): Promise<Step> {
    if (!this.#spend('renewal')) {
      throw this.#session.verdicts.refuseForGood(token, error);
    }
    await this.#session.verdicts.renew(token, { signal: this.#signal, cause: error });
    return 'replay';
  }

  #giveUp(error: ApiError, token: TokenFacts): boolean {
    if (showsAcceptance(error)) this.#session.verdicts.accept(token);
    return REFUSED.includes(error.apiCode) && this.#session.verdicts.rollBackAfterRejection(token, error);
  }

  /** Whether this kind of replay is still allowed; it is not from now on. */
  #spend(kind: ReplayKind): boolean {
    if (this.#spent.includes(kind)) return false;
    this.#spent.push(kind);
    return true;
  }
}

/** Passes on what the coordinator says about the token, has it refreshed, and sends the request again. */
export function refreshAndReplay(session: TokenSession, environment: Environment): Interceptor {
  return async (request, next) => {
    let replay: Replay | undefined;
    let response = await next(request);
    for (;;) {
      const { error, acquired, isEvidence } = response;
      if (!isEvidence || !acquired?.token) return response;
      const { token } = acquired;
      if (!error) {
        session.verdicts.accept(token);
        return response;
      }
      replay ??= new Replay(session, environment, request);
      if (request.body?.isOneShot) {
        replay.prepareForNext(error, token);
        return response;
      }
      const step = await replay.after(error, token);
      if (step === 'answer') return response;
      throwIfAborted(request.signal);
      session.noteReplay();
      response = await next(step === 'replay_same_token' ? { ...request, acquired } : request);
    }
  };
}
