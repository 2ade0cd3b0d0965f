import { InvalidTokenError, type InvalidTokenErrorCode } from '../shared/errors.js';
import { describeType } from '../shared/text.js';
import { type ParsedToken, parseToken } from './sign.js';

const MAX_TOKEN_LENGTH = 128 * 1024;

/** A token without the white space around it, and what its parts say. */
export interface ReadableToken extends ParsedToken {
  token: string;
}

/** Reads a token without verifying it, or throws `InvalidTokenError` with the code of what is wrong. */
export function readableToken(given: unknown): ReadableToken {
  if (typeof given !== 'string') {
    throw refusal(
      'not_a_string',
      `The token is ${describeType(given)}`,
      'Pass the token itself, as a string.',
    );
  }
  const token = given.trim();
  if (token === '' || token === 'undefined' || token === 'null') {
    throw refusal('empty', 'The token is empty', 'Pass the token that the request carries.');
  }
  if (token.length > MAX_TOKEN_LENGTH) {
    throw refusal('too_large', 'The token is larger than 128 KiB', 'Put less into its claims.');
  }
  if (/^["']/.test(token)) {
    throw refusal(
      'double_encoded',
      'The token is in quotation marks',
      'Parse the JSON that it came in first.',
    );
  }
  if (/^bearer\s/i.test(token)) {
    throw refusal('bearer_prefix', "The token begins with 'Bearer'", 'Pass what follows the prefix.');
  }
  const parsed = parseToken(token);
  if (!parsed) {
    throw refusal('not_a_jwt', 'The token is not a JWT', 'Pass three parts, separated by dots, as minted.');
  }
  return { token, ...parsed };
}

function refusal(code: InvalidTokenErrorCode, message: string, remediation: string): InvalidTokenError {
  return new InvalidTokenError(code, message, { remediation });
}
