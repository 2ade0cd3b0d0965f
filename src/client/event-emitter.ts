import { callSafely } from '../shared/call-safely.js';
import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { describeFailure, type Logger } from './logger.js';

/** Emits an event by its name; its `type` is added. */
export type Emit<Events> = <Name extends keyof Events & string>(
  name: Name,
  payload: Omit<Events[Name], 'type'>,
) => void;

type AnyEvent = { readonly type: string; readonly call_cid?: unknown };
type AnyListener = (event: never) => unknown;

/** Whose events only are delivered. */
interface Scope {
  readonly cid: string;
}

/** One listener as often as it was added: each addition is stopped for itself. */
interface Delivery {
  (emission: Emission): void;
  /** Alive as long as somebody listens. */
  readonly scope: Scope | undefined;
  readonly listener: AnyListener;
  stop(): void;
}

/** One event on its way to its listeners. */
interface Emission {
  readonly event: AnyEvent;
  isCutOff: boolean;
}

const NONE: readonly Emission[] = [];

/** Delivers events to the app's listeners. One that throws or rejects disturbs nobody. */
export class EventEmitter {
  /** By name, in the order of their addition; a set, so that one of many is stopped as quickly as one of few. */
  #deliveries: Map<string, Set<Delivery>> | undefined;
  readonly #logger: Logger;
  #underWay: readonly Emission[] = NONE;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Listens to events of this name, of one call only where that is given; returns the way to stop. */
  on(name: string, listener: AnyListener, scope?: Scope): () => void {
    return this.#add(name, listener, scope, { once: false });
  }

  once(name: string, listener: AnyListener, scope?: Scope): () => void {
    return this.#add(name, listener, scope, { once: true });
  }

  off(name: string, listener: AnyListener, scope?: Scope): void {
    for (const delivery of this.#deliveriesOf(scoped(name, scope?.cid))) {
      if (delivery.listener === listener) delivery.stop();
    }
  }

  /** To the listeners of its name, and to those of its call. */
  emit(event: AnyEvent): void {
    this.#emitUnder([event.type], event);
  }

  /** An event of the coordinator: to the listeners of `'all'`, too, health checks excepted. */
  emitFromServer(event: AnyEvent): void {
    const { type } = event;
    if (type === 'health.check') this.#emitUnder([type], event);
    // Names by which listeners are kept here, and not those of events.
    else if (type === 'all' || type.includes(' ')) this.emitToAll(event);
    else this.#emitUnder([type, 'all'], event);
  }

  /** To the listeners of `'all'` alone: under its own name it would be taken for another event. */
  emitToAll(event: AnyEvent): void {
    this.#emitUnder(['all'], event);
  }

  /** What is being delivered right now reaches no further listener. */
  cutOff(isMeant: (event: AnyEvent) => boolean): void {
    for (const emission of this.#underWay) emission.isCutOff ||= isMeant(emission.event);
  }

  #add(
    name: string,
    listener: AnyListener,
    scope: Scope | undefined,
    { once }: { once: boolean },
  ): () => void {
    const event = scoped(name, scope?.cid);
    if (typeof listener !== 'function') {
      refuse('invalid_option', `A listener must be a function, not ${describeType(listener)}`, LISTENER);
    }
    const all = this.#deliveries ?? new Map<string, Set<Delivery>>();
    this.#deliveries = all;
    const others = all.get(event) ?? new Set();
    let isStopped = false;
    const stop = () => {
      isStopped = true;
      if (others.delete(delivery) && others.size === 0) all.delete(event);
    };
    const deliver = (emission: Emission) => {
      if (isStopped || emission.isCutOff) return;
      if (once) stop();
      this.#deliver(listener, emission.event);
    };
    const delivery: Delivery = Object.assign(deliver, { listener, scope, stop });
    all.set(event, others.add(delivery));
    return stop;
  }

  /** Those of this moment: a listener may add and stop others. */
  #deliveriesOf(name: string): readonly Delivery[] {
    return [...(this.#deliveries?.get(name) ?? [])];
  }

  #deliver(listener: AnyListener, event: AnyEvent): void {
    const { type } = event;
    callSafely(
      () => listener(event as never),
      (error) => this.#logger.error('A listener failed', { event: type, error: describeFailure(error) }),
    );
  }

  #emitUnder(names: readonly string[], event: AnyEvent): void {
    if (!this.#deliveries) return;
    const emission: Emission = { event, isCutOff: false };
    // Read before a listener may write to it.
    const { call_cid: cid } = event;
    this.#underWay = [...this.#underWay, emission];
    for (const name of names) {
      for (const deliver of this.#deliveriesOf(name)) deliver(emission);
      if (typeof cid !== 'string') continue;
      for (const deliver of this.#deliveriesOf(scoped(name, cid))) deliver(emission);
    }
    this.#underWay = this.#underWay.filter((other) => other !== emission);
  }
}

const LISTENER = "Pass a function, as in on('call.ring', show).";

/** A space is in no event's name. */
function scoped(name: string, cid: string | undefined): string {
  return cid === undefined ? name : `${name} ${cid}`;
}
