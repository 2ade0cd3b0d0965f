import { afterEach, describe, expect, it } from 'vitest';
import { attribute, midOf, parseSdp, writeSdp } from '../../../src/emulator/media/sdp.js';
import { Scene } from '../support/emulator.js';
import { credentialsOf, MediaClient } from './media-client.js';

const scene = new Scene();
const CALL = 'default:standup';
const clients: MediaClient[] = [];

afterEach(() => {
  for (const client of clients.splice(0)) client.cut();
});

async function join(userId: string): Promise<MediaClient> {
  const client = await MediaClient.join(scene, userId, CALL);
  clients.push(client);
  return client;
}

const TRANSPORT = (ufrag: string, setup: string) => [
  `a=ice-ufrag:${ufrag}`,
  'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
  'a=fingerprint:sha-256 AA',
  `a=setup:${setup}`,
];

/** An offer as a browser's publisher makes it. */
function offerOf(...media: ('audio' | 'video')[]): string {
  return writeSdp({
    session: ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', 'a=group:BUNDLE 0 1'],
    media: media.map((medium, index) => [
      `m=${medium} 9 UDP/TLS/RTP/SAVPF 96`,
      'c=IN IP4 0.0.0.0',
      ...TRANSPORT('offr', 'actpass'),
      `a=mid:${index}`,
      'a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid',
      'a=sendonly',
      `a=msid:- track${index}`,
      'a=rtpmap:96 any/90000',
      `a=ssrc:${index + 1} cname:c`,
    ]),
  });
}

/** What a subscriber's browser answers. */
function answerTo(offer: string): string {
  const { session, media } = parseSdp(offer);
  return writeSdp({
    session,
    media: media.map((lines) => [
      lines[0] ?? '',
      ...TRANSPORT('answ', 'active'),
      `a=mid:${midOf(lines)}`,
      'a=recvonly',
    ]),
  });
}

const AUDIO_AND_VIDEO = [
  { trackId: 'a', trackType: 1, mid: '0' },
  { trackId: 'v', trackType: 2, mid: '1' },
];

async function publish(client: MediaClient, sdp = offerOf('audio', 'video')): Promise<string> {
  const { sessionId } = client;
  const { answer } = await client.call('SetPublisher', { sessionId, sdp, tracks: AUDIO_AND_VIDEO });
  return String(answer.sdp);
}

async function answer(client: MediaClient): Promise<string> {
  const { sdp = '', negotiationId } = await client.next('subscriberOffer');
  const { sessionId } = client;
  await client.call('SendAnswer', { peerType: 1, sessionId, sdp: answerTo(sdp), negotiationId });
  return sdp;
}

/** Has what one publishes reach the other. */
async function reach(publisher: MediaClient, subscriber: MediaClient): Promise<void> {
  const published = publish(publisher);
  await answer(subscriber);
  await published;
}

describe('one-to-one media', () => {
  it('a publisher who is alone gets an answer that agrees and names no address', async () => {
    const mara = await join('mara');
    const { media } = parseSdp(await publish(mara));
    expect(
      media.map((lines) => [midOf(lines), attribute(lines, 'setup'), lines.includes('a=recvonly')]),
    ).toEqual([
      ['0', 'active', true],
      ['1', 'active', true],
    ]);
    expect(media.flat().join()).not.toContain('candidate');
  });

  it('an offer reaches the other’s subscriber with streams of the publisher’s name, and its answer comes back', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const published = publish(mara);
    const { media } = parseSdp(await answer(theo));
    const { callState } = await theo.next('joinResponse');
    const prefix = callState?.participants?.find(({ userId }) => userId === 'mara')?.trackLookupPrefix;
    expect(media.map((lines) => attribute(lines, 'msid'))).toEqual([
      `${prefix}:TRACK_TYPE_AUDIO track0`,
      `${prefix}:TRACK_TYPE_VIDEO track1`,
    ]);
    expect(media.flat().join()).not.toContain('sdes:mid');
    const { media: back } = parseSdp(await published);
    expect(back.map((lines) => [midOf(lines), attribute(lines, 'ice-ufrag')])).toEqual([
      ['0', 'answ'],
      ['1', 'answ'],
    ]);
  });

  it('who was alone is asked to offer again once somebody comes', async () => {
    const mara = await join('mara');
    await publish(mara);
    await join('theo');
    expect(await mara.next('iceRestart')).toEqual({ peerType: 0 });
  });

  it('an offer that is not answered is said again, and an answer to another one counts for nothing', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const published = publish(mara);
    const { sdp = '', negotiationId = 0 } = await theo.next('subscriberOffer');
    const stale = { peerType: 1, sessionId: 'theo-1', sdp: 'v=0', negotiationId: negotiationId + 7 };
    await theo.call('SendAnswer', stale);
    const offers = () => theo.events.filter(({ subscriberOffer }) => subscriberOffer !== undefined);
    while (offers().length < 2) await new Promise((resolve) => setTimeout(resolve, 50));
    expect(offers()[1]?.subscriberOffer).toEqual({ iceRestart: false, sdp, negotiationId });
    await answer(theo);
    expect(await published).toContain('answ');
  });

  it('an older client’s second answer to an offer that was said again is not taken for that to the next offer', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const ada = await join('ada');
    const reply = (sdp: string) => theo.call('SendAnswer', { peerType: 1, sessionId: 'theo-1', sdp });
    const published = publish(mara);
    await reply(answerTo((await theo.next('subscriberOffer')).sdp ?? ''));
    await published;
    mara.say({ leaveCallRequest: { sessionId: 'mara-1' } });
    await theo.next('participantLeft');
    theo.events.length = 0;
    const second = publish(ada);
    const rejected = answerTo((await theo.next('subscriberOffer')).sdp ?? '');
    theo.events.length = 0;
    await reply(rejected);
    const { sdp = '' } = await theo.next('subscriberOffer');
    await reply(rejected);
    await reply(answerTo(sdp));
    expect(parseSdp(await second).media.map(([head]) => head?.split(' ')[1])).toEqual(['9', '9']);
  });

  it('a subscriber’s candidates reach the publisher under the publisher’s name for the medium', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    await reach(mara, theo);
    const candidate = 'candidate:1 1 udp 2122194687 127.0.0.1 9 typ host';
    const iceCandidate = JSON.stringify({ candidate, sdpMid: 'm1', usernameFragment: 'answ' });
    await theo.call('IceTrickle', { sessionId: 'theo-1', peerType: 1, iceCandidate });
    const told = await mara.next('iceTrickle');
    expect([told.peerType, JSON.parse(told.iceCandidate ?? '')]).toEqual([
      0,
      { candidate, sdpMid: '0', usernameFragment: 'answ' },
    ]);
    await theo.call('IceTrickle', { sessionId: 'theo-1', peerType: 1, iceCandidate: '{"candidate":7}' });
    await theo.call('IceTrickle', { sessionId: 'theo-1', peerType: 1, iceCandidate: 'x' });
    expect((await mara.settled()).filter((name) => name === 'iceTrickle')).toHaveLength(1);
  });

  it('a third gets no offer', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const ada = await join('ada');
    await reach(mara, theo);
    expect(await ada.settled()).not.toContain('subscriberOffer');
    expect(parseSdp(await publish(ada)).media[0]?.join()).not.toContain('answ');
  });

  it('one of two who joins again keeps the place, though a third waits for it', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const ada = await join('ada');
    await reach(mara, theo);
    mara.events.length = 0;
    const credentials = await credentialsOf(scene, 'theo', CALL);
    const again = await MediaClient.open(credentials, 'theo-2');
    clients.push(again);
    const reconnectDetails = { strategy: 3, previousSessionId: 'theo-1' };
    again.say({ joinRequest: { token: credentials.token, sessionId: 'theo-2', reconnectDetails } });
    await mara.next('iceRestart');
    const second = publish(mara);
    await answer(again);
    expect(await second).toContain('answ');
    expect(await ada.settled()).not.toContain('subscriberOffer');
  });

  it('whose counterpart has left is asked to offer again a moment later, and not at all if it leaves as well', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    await reach(mara, theo);
    mara.events.length = 0;
    theo.say({ leaveCallRequest: { sessionId: 'theo-1' } });
    await mara.next('participantLeft');
    expect(await mara.settled()).not.toContain('iceRestart');
    expect(await mara.next('iceRestart')).toEqual({ peerType: 0 });
    mara.say({ leaveCallRequest: { sessionId: 'mara-1' } });
    expect((await mara.settled()).filter((name) => name === 'iceRestart')).toHaveLength(1);
  });

  it('when one of two leaves, the next takes the place: the subscriber’s transport ends before it gets another', async () => {
    const mara = await join('mara');
    const theo = await join('theo');
    const ada = await join('ada');
    await reach(mara, theo);
    mara.say({ leaveCallRequest: { sessionId: 'mara-1' } });
    theo.events.length = 0;
    await theo.next('participantLeft');
    const second = publish(ada);
    const rejected = parseSdp(await answer(theo));
    expect(rejected.media.map(([head]) => head)).toEqual([
      'm=audio 0 UDP/TLS/RTP/SAVPF 96',
      'm=video 0 UDP/TLS/RTP/SAVPF 96',
    ]);
    theo.events.length = 0;
    const offered = parseSdp(await answer(theo));
    expect(offered.media.map(([head]) => head?.split(' ')[1])).toEqual(['9', '9']);
    expect(offered.media.map(midOf)).not.toEqual(rejected.media.map(midOf));
    expect(await second).toContain('answ');
  });
});
