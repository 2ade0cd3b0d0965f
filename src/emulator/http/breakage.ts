import { codeOfStatus, Failure, statusOfCode } from '../failure.js';
import type { ResponseFault } from '../faults/response-faults.js';

/** What only the host of the coordinator can do. */
export interface HostBindings {
  /** Cuts the connection that the request came on. */
  cut(): void;
}

/** The failure that a fault asks for, in the coordinator's form. */
export function failureOf({ status, code }: ResponseFault): Failure {
  if (code !== undefined)
    return new Failure(code, 'failed by a test', { status: status ?? statusOfCode(code) });
  return new Failure(codeOfStatus(status ?? 503), 'failed by a test', { status: status ?? 503 });
}

/** A page as a proxy in front of the coordinator would send it. */
export function htmlPage(status: number): Response {
  const page = `<!doctype html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`;
  return new Response(page, { status, headers: { 'content-type': 'text/html; charset=utf-8' } });
}

/** A JSON answer that announces more bytes than come before the line is cut. */
export function truncated(
  text: string,
  { status, cut }: { status: number; cut: () => Promise<void> },
): Response {
  const bytes = new TextEncoder().encode(text);
  let isSent = false;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!isSent) {
        isSent = true;
        return controller.enqueue(bytes.slice(0, Math.ceil(bytes.byteLength / 2)));
      }
      await cut();
      controller.close();
    },
  });
  const headers = { 'content-type': 'application/json', 'content-length': String(bytes.byteLength) };
  return new Response(body, { status, headers });
}
