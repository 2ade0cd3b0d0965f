interface Globals {
  Bun?: { version?: string };
  Deno?: { version?: { deno?: string } };
  process?: { versions?: { node?: string } };
  navigator?: { userAgent?: string; product?: string };
  document?: unknown;
}

/** Whether this is Workers, which ties I/O to the request that began it and discards what that request leaves. */
export function isWorkers(): boolean {
  return (globalThis as Globals).navigator?.userAgent === 'Cloudflare-Workers';
}

/** A name for the runtime, for people: nothing is decided by it. */
export function runtimeName(): string {
  const { Bun, Deno, process: { versions = {} } = {}, navigator, document } = globalThis as Globals;
  if (navigator?.product === 'ReactNative') return 'React Native';
  if (isWorkers()) return 'Workers';
  if (Bun) return `Bun ${Bun.version ?? ''}`.trim();
  if (Deno) return `Deno ${Deno.version?.deno ?? ''}`.trim();
  if (versions.node) return `Node ${versions.node}`;
  return document === undefined ? 'a worker' : 'a browser';
}
