export const FAULT_KINDS = ['error', 'reset', 'hang', 'truncate', 'html'] as const;

/** How a request is made to fail. */
export interface ResponseFault {
  /**
   * - `error`: the status with the coordinator's error body
   * - `reset`: the connection is cut before an answer
   * - `hang`: no answer, until the client gives up or the emulator stops
   * - `truncate`: the answer breaks off in the middle of the body
   * - `html`: the status with an HTML page, as a proxy would send
   *
   * @default 'error'
   */
  kind?: (typeof FAULT_KINDS)[number] | undefined;
  /** The HTTP status. @default that of the code, else 503 */
  status?: number | undefined;
  /** The coordinator's code. @default the usual one of the status (401 is 40) */
  code?: number | undefined;
  /** Only requests with this method. @default any */
  method?: string | undefined;
  /** Only requests whose path contains this text. @default any */
  path?: string | undefined;
}

interface Plan {
  left: number;
  readonly fault: ResponseFault;
}

/** The failures that are planned for coming requests, oldest plan first. */
export class ResponseFaults {
  #plans: Plan[] = [];

  plan(count: number, fault: ResponseFault): void {
    if (count > 0) this.#plans.push({ left: count, fault });
  }

  /** The fault for this request, used up; undefined when none applies. */
  take(method: string, path: string): ResponseFault | undefined {
    const plan = this.#plans.find(({ fault }) => {
      const hasMethod = fault.method === undefined || fault.method.toUpperCase() === method;
      return hasMethod && (fault.path === undefined || path.includes(fault.path));
    });
    if (plan === undefined) return undefined;
    plan.left -= 1;
    if (plan.left === 0) this.#plans = this.#plans.filter((one) => one !== plan);
    return plan.fault;
  }

  get left(): number {
    return this.#plans.reduce((sum, { left }) => sum + left, 0);
  }

  clear(): void {
    this.#plans = [];
  }
}
