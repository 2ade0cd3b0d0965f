import type { HostBindings } from './host.js';

/** For hosts that speak in the platform's own Request and Response. */
export function webBindings(request: Request, cut: () => void): HostBindings {
  return {
    body: async () => new Uint8Array(await request.arrayBuffer()),
    respond: ({ status, headers, text }) => new Response(text, { status, headers }),
    cut,
  };
}
