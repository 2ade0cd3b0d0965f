// Stands in for the server door where a bundler or test runner resolves the `browser` condition. It has the
// same names, since a missing export would be reported instead of the sentence.
export const createUserToken = refuse();
export const createCallToken = refuse();
export const verifyToken = refuse();
export const createTokenHandler = refuse();
export const ConfigurationError = refuse();
export const InvalidTokenError = refuse();
export const StreamVideoError = refuse();
export const TokenExpiredError = refuse();

function refuse(): never {
  throw new Error(
    'stream-video-auth/server signs tokens with the secret of your application and must never reach a ' +
      'browser: import it in server code only, or, if a test runner with a DOM environment resolved it, take ' +
      '`browser` out of its export conditions (jest: testEnvironmentOptions.customExportConditions: ["node"]; ' +
      'vitest: resolve.conditions: ["node"]).',
  );
}
