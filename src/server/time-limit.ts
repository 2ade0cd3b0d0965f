/** How long the app's functions, the limiter and the body of a request may take, each. */
const LIMIT_MS = 10_000;

/** Settles like what was begun, or rejects with what `late` makes once the limit is over; a later end is dropped. */
export async function withinLimit<T>(work: T | PromiseLike<T>, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), LIMIT_MS);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
