import { type AbortSource, throwIfAborted } from '../environment/abortable.js';

interface Query {
  readonly next?: string | undefined;
  readonly signal?: AbortSource | undefined;
}

/** Everything that a query finds, page by page as it is asked for; ends with the reason of a signal that aborts. */
export async function* all<Options extends Query, Item>(
  options: Options,
  fetchPage: (
    options: Options,
    next: string | undefined,
  ) => Promise<{ items: readonly Item[]; next?: string | undefined }>,
): AsyncGenerator<Item, void, undefined> {
  let next = options.next;
  for (;;) {
    const page = await fetchPage(options, next);
    for (const item of page.items) {
      throwIfAborted(options.signal);
      yield item;
    }
    // A cursor that leads to itself would never end.
    if (!page.next || page.next === next) return;
    next = page.next;
  }
}
