import { describeType } from '../shared/describe-value.js';
import { refuseToken } from '../shared/refuse.js';
import { type ShapeFault, shapeFaultOf } from '../shared/token-format.js';
import { type ParsedToken, parseToken } from './sign.js';

/** A token without the white space around it, and what its parts say. */
export interface ReadableToken extends ParsedToken {
  token: string;
}

/** Reads a token without verifying it; each fault has its own code. */
export function readToken(given: unknown): ReadableToken {
  const fault = shapeFaultOf(given);
  if (fault) {
    const advice: Record<ShapeFault, [message: string, remediation: string]> = {
      not_a_string: [`The token is ${describeType(given)}`, 'Pass the token itself, as a string.'],
      empty: ['The token is empty', 'Pass the token that the request carries.'],
      too_large: ['The token is larger than 128 KiB', 'Put less into its claims.'],
      double_encoded: ['The token is in quotation marks', 'Parse the JSON that it came in first.'],
      bearer_prefix: ["The token begins with 'Bearer'", 'Pass what follows the prefix.'],
    };
    refuseToken(fault, ...advice[fault]);
  }
  const token = String(given).trim();
  const parsed = parseToken(token);
  if (parsed) return { token, ...parsed };
  return refuseToken(
    'not_a_jwt',
    'The token is not a JWT',
    'Pass three parts, separated by dots, as minted.',
  );
}
