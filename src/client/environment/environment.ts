import { Clock } from './clock.js';
import { Network } from './network.js';
import { PageLifecycle } from './page-lifecycle.js';
import { isWorkers } from './runtime.js';
import { Timers } from './timers.js';
import { Visibility } from './visibility.js';

/** Everything that the client takes from its surroundings, in one place. */
export interface Environment {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly network: Network;
  readonly page: PageLifecycle;
  readonly visibility: Visibility;
  /** Whether I/O ends with the request that began it, so that nothing may be begun in the background. */
  tiesIoToRequests(): boolean;
  /** A number from 0 up to 1. */
  random(): number;
}

export const defaultEnvironment: Environment = {
  clock: new Clock(),
  timers: new Timers(),
  network: new Network(),
  page: new PageLifecycle(),
  visibility: new Visibility(),
  tiesIoToRequests: isWorkers,
  random: () => Math.random(),
};
