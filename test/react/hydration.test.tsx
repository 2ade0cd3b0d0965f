import { act } from '@testing-library/react';
import { hydrateRoot, type Root } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { useAuthState, useConnectionState } from 'stream-video-auth/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { freshToken } from '../support/tokens.js';
import { useVirtualTime } from '../support/virtual.js';
import { App, inMode, MODES, pass, Report } from './support/mount.js';
import { World } from './support/world.js';

let root: Root | undefined;

beforeEach(() => useVirtualTime());
afterEach(async () => {
  act(() => root?.unmount());
  await pass();
});

function State() {
  return `${useAuthState().status} ${useConnectionState()}`;
}

describe.each(MODES)('a page from a server $mode', (mode) => {
  it('takes over the token of the server render: nobody is asked for another', async () => {
    const world = new World();
    const token = freshToken('martin', 3600);
    const report = new Report();
    const tree = (
      <App options={world.options({ token })} report={report}>
        <State />
      </App>
    );
    const container = document.createElement('div');
    container.innerHTML = renderToString(tree);
    expect(container.textContent).toBe('signed_out idle');
    const complaints = vi.spyOn(console, 'error');
    const onRecoverableError = vi.fn();
    act(() => {
      root = hydrateRoot(container, inMode(tree, mode), { onRecoverableError });
    });
    await pass();
    expect(container.textContent).toBe('active connected');
    expect(report.created.client?.token).toBe(token);
    expect(world.provider).not.toHaveBeenCalled();
    expect(world.sockets).toHaveLength(1);
    expect(complaints).not.toHaveBeenCalled();
    expect(onRecoverableError).not.toHaveBeenCalled();
    complaints.mockRestore();
  });
});
