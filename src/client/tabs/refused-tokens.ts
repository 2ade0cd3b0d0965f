/** So many refused tokens are remembered. */
export const REMEMBERED = 8;

interface Entry {
  /** Until its digest is there. */
  token?: string | undefined;
  digest?: string | undefined;
}

/** The SHA-256 of a token; undefined where the platform refuses. */
export async function digestOf(token: string): Promise<string | undefined> {
  try {
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
    return String.fromCharCode(...new Uint8Array(digest));
  } catch {
    return undefined;
  }
}

/** The last tokens that this tab saw refused, by their digests: the tokens themselves are not kept. */
export class RefusedTokens {
  #entries: Entry[] = [];

  async add(token: string): Promise<void> {
    if (this.#entries.some((known) => known.token === token)) return;
    const entry: Entry = { token };
    this.#entries = [...this.#entries, entry].slice(-REMEMBERED);
    const digest = await digestOf(token);
    this.#entries = this.#entries.filter((known) => known.digest !== digest);
    entry.token = undefined;
    entry.digest = digest;
  }

  /** Whether a token is among them; one whose digest is still being made is known as itself. */
  has(token: string, digest: string): boolean {
    return this.#entries.some((known) => known.token === token || known.digest === digest);
  }
}
