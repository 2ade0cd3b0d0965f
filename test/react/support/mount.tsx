import { act, cleanup, render } from '@testing-library/react';
import { type ReactNode, StrictMode } from 'react';
import type { StreamVideo } from 'stream-video-auth';
import {
  type CreatedStreamVideo,
  type CreateStreamVideoOptions,
  StreamVideoProvider,
  useCreateStreamVideo,
  useStreamVideo,
} from 'stream-video-auth/react';
import { advance } from '../../support/virtual.js';

/** With and without the double effects of development. */
export const MODES = [
  { mode: 'in StrictMode', strict: true },
  { mode: 'without StrictMode', strict: false },
] as const;

/** Lets time pass, and React follow. */
export async function pass(milliseconds = 0): Promise<void> {
  await act(() => advance(milliseconds));
}

/** What the components of an app have seen. */
export class Report {
  /** What the hook returned last. */
  created!: CreatedStreamVideo;
  /** Each client that a child was rendered with, in order. */
  readonly seen: (StreamVideo | null)[] = [];

  saw(client: StreamVideo | null): void {
    if (client !== this.seen.at(-1)) this.seen.push(client);
  }
}

interface AppProps {
  options: CreateStreamVideoOptions | null;
  report: Report;
  children?: ReactNode;
}

function Child({ report }: { report: Report }) {
  report.saw(useStreamVideo());
  return null;
}

/** An app that makes its client with these options. */
export function App({ options, report, children }: AppProps) {
  const created = useCreateStreamVideo(options);
  report.created = created;
  return (
    <StreamVideoProvider client={created.client}>
      <Child report={report} />
      {children}
    </StreamVideoProvider>
  );
}

export function inMode(tree: ReactNode, { strict }: { strict: boolean }) {
  return strict ? <StrictMode>{tree}</StrictMode> : tree;
}

export interface Mounted {
  readonly created: CreatedStreamVideo;
  readonly seen: Report['seen'];
  rerender(options: CreateStreamVideoOptions | null): void;
  unmount(): void;
}

export function mount(options: CreateStreamVideoOptions | null, mode: { strict: boolean }): Mounted {
  const report = new Report();
  const tree = (options: CreateStreamVideoOptions | null) =>
    inMode(<App options={options} report={report} />, mode);
  const view = render(tree(options));
  return {
    get created() {
      return report.created;
    },
    seen: report.seen,
    rerender: (next) => view.rerender(tree(next)),
    unmount: () => view.unmount(),
  };
}

/** Unmounts what a test has left, and lets it end. */
export async function unmountAll(): Promise<void> {
  cleanup();
  await advance(0);
}
