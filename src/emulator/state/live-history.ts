import type { LiveClient, LiveEnd, LiveEvent, LiveFaults, LiveParticipant } from './live.js';

const KEPT_ENDS = 1000;
const KEPT_SWITCHES = 500;
const KEPT_LEFT = 500;

/** What the live feed told that the present state no longer says, for pages that open later. Bounded. */
export class LiveHistory {
  #ends: LiveEnd[] = [];
  #switches: { readonly at: number; readonly faults: LiveFaults }[] = [];
  #left: LiveParticipant[] = [];
  readonly #open = new Map<string, LiveClient>();

  /** Sockets that ended, oldest first. */
  get ends(): readonly LiveEnd[] {
    return [...this.#ends];
  }

  /** Who left the media side of a call, oldest first. */
  get left(): readonly LiveParticipant[] {
    return [...this.#left];
  }

  /** The faults as they were after each switch, oldest first. */
  get switches(): readonly { readonly at: number; readonly faults: LiveFaults }[] {
    return [...this.#switches];
  }

  note(event: LiveEvent): void {
    if (event.type === 'connected') this.#open.set(event.client.connectionId, event.client);
    else if (event.type === 'disconnected') this.#end(event);
    else if (event.type === 'participant' && !event.isThere) {
      this.#left = [...this.#left.slice(1 - KEPT_LEFT), event.participant];
    } else if (event.type === 'faults') {
      this.#switches = [...this.#switches.slice(1 - KEPT_SWITCHES), { at: event.now, faults: event.faults }];
    }
  }

  #end({ connectionId, now: until, code, by, apiCode }: Extract<LiveEvent, { type: 'disconnected' }>): void {
    const client = this.#open.get(connectionId);
    if (client === undefined) return;
    this.#open.delete(connectionId);
    this.#ends.push({ client, until, code, by, apiCode });
    if (this.#ends.length > 2 * KEPT_ENDS) this.#ends = this.#ends.slice(-KEPT_ENDS);
  }
}
