import { ConfigurationError } from '../../shared/errors.js';
import { describeType } from '../../shared/text.js';
import { Call, type CallHost } from './call.js';

function checkId(name: string, value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new ConfigurationError(
    'invalid_option',
    `The ${name} of a call must be a string that is not empty, not ${describeType(value)}`,
    {
      remediation: "Name the call by type and id, for example call('default', 'standup').",
    },
  );
}

/** The calls of one client: the same object for the same pair. */
export class Calls {
  readonly #host: CallHost;
  readonly #calls = new Map<string, Call>();

  constructor(host: CallHost) {
    this.#host = host;
  }

  get hasJoined(): boolean {
    return [...this.#calls.values()].some(({ state }) => state.joined);
  }

  call(type: string, id: string): Call {
    const key = JSON.stringify([checkId('type', type), checkId('id', id)]);
    let call = this.#calls.get(key);
    if (!call) {
      call = new Call(type, id, this.#host);
      this.#calls.set(key, call);
    }
    return call;
  }

  /** Nothing can renew the call token: joined calls are out of reach. */
  loseAccess(): void {
    for (const call of this.#calls.values()) call.loseAccess();
  }

  /** The session ended, and with it the presence in any call. */
  leaveAll(): void {
    for (const call of this.#calls.values()) call.leave();
  }
}
