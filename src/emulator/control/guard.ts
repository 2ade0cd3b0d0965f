import { isLoopback } from '../../shared/loopback.js';

const IP_LITERAL = /^(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])$/i;
const WILDCARD_HOSTS = new Set(['0.0.0.0', '::', '[::]']);

export interface GuardOptions {
  /** The host that the server listens on. */
  host: string;
  /** Origins besides the page's own that may use the controls. */
  allowOrigins: readonly string[];
}

/**
 * Keeps the controls for the developer who started the emulator: any web page that is open in a browser can reach
 * loopback, under a name of its own choosing too.
 */
export class Guard {
  readonly #host: string;
  readonly #allowOrigins: ReadonlySet<string>;

  constructor({ host, allowOrigins }: GuardOptions) {
    this.#host = host.toLowerCase();
    this.#allowOrigins = new Set(allowOrigins.map((origin) => origin.replace(/\/$/, '').toLowerCase()));
  }

  /** Why the request is refused; undefined when it may pass. */
  refusalOf(headers: Headers): string | undefined {
    const host = headers.get('host')?.toLowerCase() ?? '';
    if (!this.#isKnownHost(hostName(host)))
      return 'the Host header names neither loopback nor the address listened on';
    const origin = headers.get('origin')?.toLowerCase();
    if (origin === undefined || origin === `http://${host}` || this.#allowOrigins.has(origin))
      return undefined;
    return 'the Origin is not the page’s own (--allow-origin opens the controls to others)';
  }

  /** The origin to answer in a CORS header: one that was let in by name. */
  allowedOrigin(headers: Headers): string | undefined {
    const origin = headers.get('origin');
    return origin !== null && this.#allowOrigins.has(origin.toLowerCase()) ? origin : undefined;
  }

  #isKnownHost(name: string): boolean {
    if (isLoopback(name) || name === this.#host || name === `[${this.#host}]`) return true;
    // Rebinding needs a name; an address can't be rebound.
    return WILDCARD_HOSTS.has(this.#host) && IP_LITERAL.test(name);
  }
}

function hostName(host: string): string {
  return host.replace(/:\d+$/, '');
}
