/** An SDP in parts: the session's lines, and those of each medium. */
export interface Sdp {
  readonly session: readonly string[];
  readonly media: readonly (readonly string[])[];
}

export function parseSdp(text: string): Sdp {
  const sections: string[][] = [[]];
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    if (line.startsWith('m=')) sections.push([]);
    sections.at(-1)?.push(line);
  }
  const [session = [], ...media] = sections;
  return { session, media };
}

export function writeSdp({ session, media }: Sdp): string {
  return `${[...session, ...media.flat()].join('\r\n')}\r\n`;
}

/** The value of the first line `a=<name>:<value>`, in a medium or in the session. */
export function attribute(lines: readonly string[] | undefined, name: string): string | undefined {
  const start = `a=${name}:`;
  return lines?.find((line) => line.startsWith(start))?.slice(start.length);
}

export function midOf(lines: readonly string[]): string {
  return attribute(lines, 'mid') ?? '';
}

/** The name of the ICE credentials that an SDP or a candidate belongs to. */
export function ufragOf({ session, media }: Sdp): string | undefined {
  return attribute(media[0], 'ice-ufrag') ?? attribute(session, 'ice-ufrag');
}

/** The session's lines of an SDP whose media all share one transport. */
export function sessionLines(version: number, mids: readonly string[]): string[] {
  return [
    'v=0',
    `o=- 4611731400430051336 ${version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    `a=group:BUNDLE${mids.map((mid) => ` ${mid}`).join('')}`,
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS *',
  ];
}

export const isRejected = ([head = '']: readonly string[]) => /^m=\S+ 0 /.test(head);

/** Whether an answer fits an offer: the same media, rejected where they are offered so, under the same names elsewhere. */
export function isAnswerTo(offer: string, answer: string): boolean {
  const answered = parseSdp(answer).media;
  const offered = parseSdp(offer).media;
  return (
    answered.length === offered.length &&
    offered.every((section, index) => {
      const other = answered[index] ?? [];
      return isRejected(section) ? isRejected(other) : !isRejected(other) && midOf(section) === midOf(other);
    })
  );
}
