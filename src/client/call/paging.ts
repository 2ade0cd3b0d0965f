import { readText } from '../../shared/foreign-value.js';
import { type AbortSource, throwIfAborted } from '../environment/abortable.js';

/** Where a page begins or ends; only one of them is sent. */
export interface Cursor {
  readonly next?: string | undefined;
  readonly prev?: string | undefined;
}

interface Query extends Cursor {
  readonly filter?: object | undefined;
  readonly sort?: readonly object[] | undefined;
  readonly limit?: number | undefined;
  readonly signal?: AbortSource | undefined;
}

/** The names of what every query takes. */
export const QUERY = 'filter sort limit next prev signal';

/** How every query is sent. */
export function queryBody({ filter, sort, limit }: Query, { next, prev }: Cursor): object {
  return { filter_conditions: filter, sort, limit, next, prev };
}

/**
 * A query as an app calls it: for one page, or with `all` for everything. `read` checks the options; `items` says where
 * a page has what was found.
 */
export function paged<
  Options extends Query,
  Key extends string,
  Page extends { readonly [key in Key]: readonly unknown[] } & { readonly next?: string },
>(
  read: (given?: Options) => Options,
  fetchPage: (options: Options, cursor: Cursor) => Promise<Page>,
  items: Key,
) {
  const query = async (given?: Options) => {
    const options = read(given);
    return fetchPage(options, options);
  };
  /** Page by page, as they are asked for; ends with the reason of a signal that aborts. */
  async function* all(given?: Options): AsyncGenerator<Page[Key][number], void, undefined> {
    const options = read(given);
    const seen = new Set<unknown>([undefined, '']);
    let cursor: Cursor = options;
    for (;;) {
      const page = await fetchPage(options, cursor);
      for (const item of page[items] ?? []) {
        throwIfAborted(options.signal);
        yield item as Awaited<Page[Key][number]>;
      }
      seen.add(cursor.next);
      const next = readText(page, 'next');
      // A cursor that leads back would never end.
      if (seen.has(next)) return;
      cursor = { next };
    }
  }
  return Object.assign(query, { all });
}
