import { placeholderAnswer } from './placeholder-answer.js';
import type { MediaTransport, PublisherOffer } from './transport.js';

export class PairedTransport implements MediaTransport {
  attach(): void {}
  resume(): void {}
  pause(): void {}
  detach(): void {}
  async publish(_endpoint: unknown, { sdp }: PublisherOffer): Promise<string> {
    return placeholderAnswer(sdp);
  }
  answer(): void {}
  trickle(): void {}
  restartSubscriber(): void {}
}
