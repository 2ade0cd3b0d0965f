/** What one tab can be made to do. Functions run in the page: they see its globals and the argument, nothing else. */
export interface Tab {
  goto(url: string): Promise<void>;
  /** Back in the history, by real navigation. */
  back(): Promise<void>;
  evaluate<T>(run: () => T | Promise<T>): Promise<T>;
  evaluate<T, A>(run: (argument: A) => T | Promise<T>, argument: A): Promise<T>;
  /** What the browser complained of: console errors, exceptions, violations of a policy. */
  readonly complaints: string[];
  close(): Promise<void>;
  /** Cuts the network off, or gives it back; the page is told by its events. */
  setOffline(isOffline: boolean): Promise<void>;
  /** A slow network: milliseconds each way, and kilobytes in a second. */
  slowDown(latencyMs: number, kilobytesPerSecond: number): Promise<void>;
  /** The page is frozen as the browser freezes a tab in the background, or goes on. */
  setFrozen(isFrozen: boolean): Promise<void>;
}

/** What both drivers' pages have alike. */
interface DrivenPage {
  /** Each driver declares listeners in its own way. */
  on(event: 'console' | 'pageerror', listener: never): unknown;
  goto(url: string): Promise<unknown>;
  evaluate(run: never, argument: never): Promise<unknown>;
  close(): Promise<void>;
}

/** The part of a tab that each driver does in the same words. */
export function plainTab(page: DrivenPage): Pick<Tab, 'complaints' | 'goto' | 'back' | 'evaluate' | 'close'> {
  const complaints: string[] = [];
  const onConsole = (message: { type(): string; text(): string }) => {
    if (message.type() === 'error') complaints.push(`console: ${message.text()}`);
  };
  const onError = (error: unknown) => complaints.push(`exception: ${String(error)}`);
  page.on('console', onConsole as never);
  page.on('pageerror', onError as never);
  const evaluate: Tab['evaluate'] = (run: never, argument?: unknown) =>
    page.evaluate(run, argument as never) as never;
  return {
    complaints,
    goto: async (url) => {
      await page.goto(url);
    },
    back: () => backByHistory({ evaluate }),
    evaluate,
    close: () => page.close(),
  };
}

export interface Launched {
  /** The first number of its version: 153. */
  readonly version: number;
  /** A tab in a profile that all tabs of this browser share. */
  open(): Promise<Tab>;
  close(): Promise<void>;
}

/** Back by the page's own history: no driver waits for a load then, which never comes to a page that is restored. */
async function backByHistory({ evaluate }: Pick<Tab, 'evaluate'>): Promise<void> {
  const left = await evaluate(() => location.href);
  await evaluate(() => {
    setTimeout(() => history.back(), 0);
  });
  const isStillThere = () =>
    evaluate(() => location.href).then(
      (href) => href === left,
      // Between two pages there is none to be asked.
      () => true,
    );
  while (await isStillThere()) await new Promise((resolve) => setTimeout(resolve, 20));
}
