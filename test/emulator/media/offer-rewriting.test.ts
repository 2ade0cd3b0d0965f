import { expect, test } from 'vitest';
import { type Publication, SubscriberMedia } from '../../../src/emulator/media/offer-rewriting.js';
import { midOf, parseSdp, writeSdp } from '../../../src/emulator/media/sdp.js';

/** A publication of so many media, named from `first` on. */
function publicationOf(count: number, first = 0): Publication {
  const names = Array.from({ length: count }, (_, index) => String(first + index));
  return {
    connection: `publisher ${first}`,
    lookupPrefix: 'prefix',
    offer: {
      session: [],
      media: names.map((name) => ['m=audio 9 UDP/TLS/RTP/SAVPF 96', `a=mid:${name}`, 'a=sendonly']),
    },
    tracks: names.map((mid) => ({ mid, trackType: 1 })),
    isIdle: false,
  };
}

const midsOf = (sdp: string) => parseSdp(sdp).media.map(midOf);
const directionsOf = (sdp: string) => parseSdp(sdp).media.map((lines) => lines.at(-1));

test('a thousand tracks are looked at once each, not once for each medium', () => {
  const COUNT = 1_000;
  let looks = 0;
  const { tracks, ...others } = publicationOf(COUNT);
  const counted = tracks.map(({ trackType, mid }) => ({
    trackType,
    get mid() {
      looks += 1;
      return mid;
    },
  }));
  const offer = new SubscriberMedia().offer({ ...others, tracks: counted });
  expect(new Set(directionsOf(offer))).toEqual(new Set(['a=sendonly']));
  expect(looks).toBe(COUNT);
});

// A search for each medium among all of them would outlast the test.
test('an offer as long as a body may be goes through: 80,000 media, offered, rejected and offered anew', () => {
  const COUNT = 80_000;
  const subscriber = new SubscriberMedia();
  const publication = publicationOf(COUNT);
  const answered = subscriber.answerFor(publication, subscriber.offer(publication), []);
  expect(midsOf(answered).at(-1)).toBe(String(COUNT - 1));
  subscriber.rejectAll();
  expect(midsOf(subscriber.offer(publicationOf(COUNT, COUNT))).at(-1)).toBe(`m${2 * COUNT}`);
});

test('a medium keeps its place and its name from offer to offer, and takes the first free one after a rejection', () => {
  const subscriber = new SubscriberMedia();
  expect(midsOf(subscriber.offer(publicationOf(2)))).toEqual(['m1', 'm2']);
  expect(midsOf(subscriber.offer(publicationOf(3)))).toEqual(['m1', 'm2', 'm3']);
  expect(subscriber.firstMid).toBe('m1');
  subscriber.rejectAll();
  expect(subscriber.firstMid).toBe('');
  // The places that nobody took stay, rejected and without a name.
  expect(midsOf(subscriber.offer(publicationOf(1, 7)))).toEqual(['m4', 'm2', 'm3']);
  expect(subscriber.firstMid).toBe('m4');
});

test('a subscriber’s answer comes back under the names of the publisher, whatever order they were offered in', () => {
  const subscriber = new SubscriberMedia();
  subscriber.offer(publicationOf(2));
  const { offer, ...others } = publicationOf(2);
  const turned: Publication = { ...others, offer: { session: [], media: [...offer.media].reverse() } };
  const asked = parseSdp(subscriber.offer(turned));
  const answered = writeSdp({
    ...asked,
    media: asked.media.map((lines) => [...lines, `a=was:${midOf(lines)}`]),
  });
  const { media } = parseSdp(subscriber.answerFor(turned, answered, []));
  expect(media.map((lines) => [midOf(lines), lines.at(-1)])).toEqual([
    ['1', 'a=was:m2'],
    ['0', 'a=was:m1'],
  ]);
});
