import { describeType } from '../shared/describe-value.js';
import { refuse } from '../shared/refuse.js';
import { secretKey } from './sign.js';

// RFC 7518 section 3.2: an HS256 key has at least the size of the hash.
const MIN_SECRET_BYTES = 32;

export interface SecretOptions {
  /** The secret of the application, as the dashboard shows it. It belongs into an environment variable. */
  apiSecret: string | undefined;
  /**
   * Accepts a secret under 32 bytes, which can be guessed from a single token. For a local coordinator only.
   *
   * @default false
   */
  allowWeakSecret?: boolean | undefined;
}

/** The secret, where it is there and cannot be guessed. */
export function readSecret({ apiSecret, allowWeakSecret = false }: SecretOptions): string {
  if (typeof apiSecret !== 'string' || apiSecret === '') {
    return refuse(
      'invalid_option',
      `apiSecret is ${describeType(apiSecret)}`,
      'Set the environment variable that holds the secret, and pass its value as apiSecret.',
    );
  }
  const size = secretKey(apiSecret).length;
  if (size < MIN_SECRET_BYTES && !allowWeakSecret) {
    return refuse(
      'invalid_option',
      `apiSecret has ${size} bytes, fewer than ${MIN_SECRET_BYTES}`,
      'Pass the whole secret from the dashboard, or allowWeakSecret: true for a local coordinator.',
    );
  }
  return apiSecret;
}
