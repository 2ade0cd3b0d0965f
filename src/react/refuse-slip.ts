import { ConfigurationError } from 'stream-video-auth';

/** Refuses an option that nobody reads, as the client does: it would do nothing, and say nothing. */
export function refuseSlip(given: object, meant: string, pattern = /./): void {
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && pattern.test(name))
      throw new ConfigurationError('invalid_option', `"${name}" is no option`, {
        remediation: `Write ${meant}.`,
      });
  }
}
