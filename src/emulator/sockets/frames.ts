import { isRecord } from '../wire/validation.js';

/** A frame's JSON; undefined for what is none. */
export function parseFrame(data: string | Uint8Array): unknown {
  try {
    return JSON.parse(
      typeof data === 'string' ? data : new TextDecoder('utf-8', { fatal: true }).decode(data),
    );
  } catch {
    return undefined;
  }
}

export interface AuthFrame {
  token: string | undefined;
  userDetails: Record<string, unknown>;
}

/** The first frame of a video client; undefined when it has not that shape. */
export function readAuthFrame(frame: unknown): AuthFrame | undefined {
  if (!isRecord(frame) || !isRecord(frame.user_details)) return undefined;
  const { token, user_details: userDetails } = frame;
  if (typeof userDetails.id !== 'string') return undefined;
  return { token: typeof token === 'string' ? token : undefined, userDetails };
}
