import { useState } from 'react';
import type { Backend } from './backend.js';
import { setOffline } from './network.js';

const SKEW_MS = 300_000;
const REPAIRED = 'Everything works again. A guest who was refused meanwhile has to come anew.';

/** What can go wrong, a button each. */
export function Controls({ backend }: { backend: Backend }) {
  const [said, setSaid] = useState('Everything works.');
  const [isOffline, setIsOffline] = useState(false);
  const go = (offline: boolean) => {
    setIsOffline(offline);
    setOffline(offline);
  };
  const actions: [label: string, done: string, run: () => Promise<void>][] = [
    [
      'Revoke tokens',
      'All tokens were revoked: the next request is refused, and sent again with a new one.',
      backend.revoke,
    ],
    ['Expire tokens', 'All tokens count as expired, whatever their clocks say.', backend.expire],
    ['Drop sockets', 'All sockets were cut; they come back by themselves.', backend.drop],
    ['Skew the clock', 'The coordinator’s clock is five minutes ahead now.', () => backend.skew(SKEW_MS)],
  ];
  const press = (done: string, run: () => Promise<void>) =>
    run().then(
      () => setSaid(done),
      (error: Error) => setSaid(error.message),
    );
  const toggle = async () => {
    if (!isOffline) await backend.drop();
    go(!isOffline);
  };
  const repair = async () => {
    await backend.repair();
    go(false);
  };
  return (
    <section className="controls" aria-label="Make things go wrong">
      <h2>Make things go wrong</h2>
      <div className="buttons">
        {actions.map(([label, done, run]) => (
          <button type="button" key={label} onClick={() => press(done, run)}>
            {label}
          </button>
        ))}
        <button
          type="button"
          aria-pressed={isOffline}
          onClick={() => press(isOffline ? 'The network is back.' : 'This page is offline.', toggle)}
        >
          Go offline
        </button>
        <button type="button" className="primary" onClick={() => press(REPAIRED, repair)}>
          Repair
        </button>
      </div>
      <p role="status">{said}</p>
    </section>
  );
}
