import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { RunnerTask } from 'vitest';

const PAGE = new URL('../../docs/guide/browsers.md', import.meta.url);
const ROW = /^\| `([\w-]+)` +\| (.+?) +\| (any|before (\d+)) +\| (.+?) +\|$/gm;

export interface LeftOut {
  /** The file's name without its end. */
  readonly file: string;
  /** Of the test, with those of its suites: `a page > is kept`. */
  readonly name: string;
  /** The first version that can play it; none can where it is absent. */
  readonly since: number | undefined;
  readonly reason: string;
}

/** The tests that Firefox can't be made to play: as the page says, and no others. */
export const NOT_IN_FIREFOX: readonly LeftOut[] = [...readFileSync(PAGE, 'utf8').matchAll(ROW)].map(
  ([, file = '', name = '', , since, reason = '']) => ({
    file,
    name,
    since: since === undefined ? undefined : Number(since),
    reason,
  }),
);

function namesIn(task: RunnerTask): string[] {
  if (task.type === 'suite') return task.tasks.flatMap(namesIn);
  return [task.fullTestName];
}

/** Rows of the table that name no test of this file, or no file at all. */
export function staleRows(tasks: readonly RunnerTask[]): LeftOut[] {
  const names = tasks.flatMap(namesIn);
  const path = (file: string) => fileURLToPath(new URL(`${file}.test.ts`, import.meta.url));
  return NOT_IN_FIREFOX.filter(({ file, name }) =>
    path(file) === tasks[0]?.file.filepath ? !names.includes(name) : !existsSync(path(file)),
  );
}

export function whyNotInFirefox({ file, fullTestName }: RunnerTask, version: number): string | undefined {
  return NOT_IN_FIREFOX.find(
    ({ file: inFile, name, since = Number.POSITIVE_INFINITY }) =>
      name === fullTestName && version < since && file.filepath.endsWith(`/${inFile}.test.ts`),
  )?.reason;
}
