import type { IncomingMessage, ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { MAX_BODY_BYTES } from '../http/body.js';
import type { HostBindings } from '../http/host.js';

export interface NodeExchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Bodies come and answers leave without the platform's streams: those are slow, and may be a DOM's in tests. */
export function nodeBindings({ incoming, outgoing }: NodeExchange): HostBindings {
  const hasBody = incoming.method !== 'GET' && incoming.method !== 'HEAD';
  const body = hasBody ? collect(incoming) : undefined;
  return {
    body: () => body ?? Promise.resolve(new Uint8Array()),
    respond: ({ status, headers, text }) => {
      const length = text === null ? 0 : Buffer.byteLength(text);
      outgoing.writeHead(status, { ...headers, 'content-length': length }).end(text ?? undefined);
      return RESPONSE_ALREADY_SENT;
    },
    cut: () => incoming.socket.resetAndDestroy(),
  };
}

// At once and not on demand: a client that leaves while its answer is delayed has still sent its body.
async function collect(incoming: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // The line must outlive a body that is too large, for the refusal.
    for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk);
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) break;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks);
}
