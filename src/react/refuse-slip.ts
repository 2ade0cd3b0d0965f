import { ConfigurationError } from 'stream-video-auth';

/** Refuses an option that nobody reads, as the client does: it would do nothing, and say nothing. */
export function refuseSlip(given: Readonly<Record<string, unknown>>, meant: string): void {
  for (const name in given)
    if (given[name] !== undefined)
      throw new ConfigurationError('invalid_option', `"${name}" is no option`, {
        remediation: `Write ${meant}.`,
      });
}
