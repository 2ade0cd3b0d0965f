import { parseSdp, writeSdp } from './sdp.js';

// Nobody's key: no handshake ever runs against a placeholder.
const FINGERPRINT = `sha-256 ${Array.from({ length: 32 }, () => 'EE').join(':')}`;

function randomText(length: number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const values = globalThis.crypto.getRandomValues(new Uint8Array(length));
  return Array.from(values, (value) => letters[value % letters.length]).join('');
}

const CODEC_LINE = /^a=(?:mid|rtpmap|fmtp|rtcp-fb|extmap|rtcp-mux|rtcp-rsize)[: ]?/;

/**
 * An answer for a publisher whom nobody can see yet: it agrees to everything and names no address. The browser then
 * waits with its connection, and never says that it failed; a real answer may take its place later.
 */
export function placeholderAnswer(offer: string): string {
  const { session, media } = parseSdp(offer);
  const credentials = [`a=ice-ufrag:${randomText(4)}`, `a=ice-pwd:${randomText(24)}`];
  return writeSdp({
    session: [
      'v=0',
      `o=- ${Date.now()} 2 IN IP4 127.0.0.1`,
      's=-',
      't=0 0',
      ...session.filter((line) => /^a=(?:group|msid-semantic|extmap-allow-mixed)/.test(line)),
    ],
    media: media.map(([head = '', ...lines]) => [
      head.replace(/^(m=\S+) \d+/, '$1 9'),
      'c=IN IP4 0.0.0.0',
      ...credentials,
      'a=ice-options:trickle',
      `a=fingerprint:${FINGERPRINT}`,
      'a=setup:active',
      'a=recvonly',
      ...lines.filter((line) => CODEC_LINE.test(line)),
    ]),
  });
}
