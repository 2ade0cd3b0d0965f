interface Globals {
  Bun?: { version?: string };
  Deno?: { version?: { deno?: string } };
  process?: { versions?: { node?: string } };
  navigator?: { userAgent?: string; product?: string };
  document?: unknown;
}

/** A name for the runtime, for people: nothing is decided by it. */
export function runtimeName(): string {
  const { Bun, Deno, process: { versions = {} } = {}, navigator, document } = globalThis as Globals;
  if (navigator?.product === 'ReactNative') return 'React Native';
  if (navigator?.userAgent === 'Cloudflare-Workers') return 'Workers';
  if (Bun) return `Bun ${Bun.version ?? ''}`.trim();
  if (Deno) return `Deno ${Deno.version?.deno ?? ''}`.trim();
  if (versions.node) return `Node ${versions.node}`;
  return document === undefined ? 'a worker' : 'a browser';
}
