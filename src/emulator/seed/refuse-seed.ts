import { refuse } from '../../shared/refuse.js';
import { maskTokens, sanitize } from '../../shared/sanitize.js';

/** Refuses a seed: throws `ConfigurationError`. */
export function refuseSeed(problem: string, cause?: unknown): never {
  return refuse(
    'invalid_option',
    sanitize(maskTokens(problem)).slice(0, 400),
    'Correct the seed; nothing was changed. Its schema and an example stand in docs/emulator.md of this package.',
    cause,
  );
}
