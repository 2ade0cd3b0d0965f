import type { ResponseFault } from '../state/response-faults.js';
import { codeOfStatus, Failure, statusOfCode } from '../wire/api-failure.js';
import type { Answer } from './host.js';

/** The failure that a fault asks for, in the coordinator's form. */
export function failureOf({ status, code }: ResponseFault): Failure {
  if (code !== undefined)
    return new Failure(code, 'failed by a test', { status: status ?? statusOfCode(code) });
  return new Failure(codeOfStatus(status ?? 503), 'failed by a test', { status: status ?? 503 });
}

/** A page as a proxy in front of the coordinator would send it. */
export function htmlPage(status: number): string {
  return `<!doctype html><html><head><title>${status}</title></head><body><h1>${status}</h1></body></html>\n`;
}

/** An answer that announces more bytes than come before the line is cut. */
export function truncated({ status, headers, text }: Answer, cut: () => Promise<void>): Response {
  const bytes = new TextEncoder().encode(text ?? '');
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
  return new Response(body, { status, headers: { ...headers, 'content-length': String(bytes.byteLength) } });
}
