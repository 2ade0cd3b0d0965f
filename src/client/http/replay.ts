import type { ApiError } from '../../shared/errors.js';
import type { TokenSession } from '../auth/token-session.js';
import { type AbortSource, pause, throwIfAborted } from '../environment/abortable.js';
import type { Environment } from '../environment/environment.js';
import type { AcquiredToken } from '../refresh/waiters.js';
import type { TokenFacts } from '../token/token-facts.js';
import * as CODE from './api-codes.js';
import { showsAcceptance } from './api-error.js';
import { waitToRepeat } from './network-retry.js';
import type { ApiRequest, ApiResponse, Budget, Deliver, ReplayKind, Send } from './request.js';

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
  readonly #budget: Budget;

  constructor(session: TokenSession, environment: Environment, { signal, budget }: ApiRequest) {
    this.#session = session;
    this.#environment = environment;
    this.#signal = signal;
    this.#budget = budget;
  }

  async after(error: ApiError, token: TokenFacts): Promise<Step> {
    if (isExpired(error)) return this.#renew(error, token);
    if (EARLY.includes(error.apiCode) && this.#spend('wait')) {
      const delayMs = this.#session.verdicts.earlyTokenDelayMs(token);
      await pause(this.#environment.timers, delayMs, [this.#signal]);
      // Others may have been told meanwhile that it is of no use at all, or the app has handed it in again since.
      const { held } = this.#session;
      const { rejectedByServerAt } = held?.value === token.value ? held : token;
      return rejectedByServerAt ? 'replay' : 'replay_same_token';
    }
    return this.#passOn(error, token) && this.#spend('rollback') ? 'replay' : 'answer';
  }

  /** For a body that cannot be sent again: the token is refreshed for the next call all the same. */
  prepareForNext(error: ApiError, token: TokenFacts): void {
    if (isExpired(error)) this.#session.verdicts.renew(token, { cause: error }).catch(() => {});
    else this.#passOn(error, token);
  }

  async #renew(error: ApiError, token: TokenFacts): Promise<Step> {
    if (!this.#spend('renewal')) {
      throw this.#session.verdicts.refuseForGood(token, error);
    }
    await this.#session.verdicts.renew(token, { signal: this.#signal, cause: error });
    return 'replay';
  }

  /** Passes on what the answer says about the token besides its age; returns whether another one is to be sent. */
  #passOn(error: ApiError, token: TokenFacts): boolean {
    if (showsAcceptance(error)) this.#session.verdicts.accept(token);
    return REFUSED.includes(error.apiCode) && this.#session.verdicts.rollBackAfterRejection(token, error);
  }

  /** Whether this kind of replay is still allowed; it is not from now on. */
  #spend(kind: ReplayKind): boolean {
    const { spent } = this.#budget;
    if (spent.includes(kind)) return false;
    this.#budget.spent = [...spent, kind];
    return true;
  }
}

/**
 * Sends calls until their answers are final. Each attempt carries a token that is good at that moment, waiting for a
 * refresh where it must; what the coordinator says about the token is passed on, and the call is sent again for it.
 */
export function withToken(session: TokenSession, environment: Environment, send: Send): Deliver {
  return async (request) => {
    let replay: Replay | undefined;
    let same: AcquiredToken | undefined;
    for (;;) {
      const { id, type } = session.user;
      // A guest may have become another while the request waited: not with the former one's token.
      if (same?.token?.userId !== id) same = undefined;
      const acquired = same ?? session.acquireAtOnce(request) ?? (await session.acquireInTime(request));
      const { token } = acquired;
      let response: ApiResponse;
      try {
        const authType = type === 'anonymous' ? 'anonymous' : 'jwt';
        response = await send(request, { authType, token: token?.value });
      } catch (error) {
        await waitToRepeat(error, request, environment);
        // What the network lost is sent again with the token of that moment: another may be in use by now.
        same = undefined;
        continue;
      }
      response.acquired = acquired;
      const { error, isEvidence } = response;
      if (!isEvidence || !token) return response;
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
      same = step === 'replay_same_token' ? acquired : undefined;
    }
  };
}
