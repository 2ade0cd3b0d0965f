import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** The run tells its progress every ten seconds; a loop that lets nobody else run tells nothing. */
const SILENCE_MS = 180_000;

const HELP = `Runs random sequences of commands and faults against the client, and checks every rule after each step.

  --runs <n>          stop after n sequences of 20 or more steps
  --minutes <n>       stop after n minutes
  --seed <n>          repeat a run
  --tabs              several clients in one browser, with tabs: 'shared', instead of one client and its coordinator
  --path <path>       with --seed: repeat one failure
  --replay-path <p>   with --path: the commands that were executed, as the failure printed them

Without --runs and --minutes it goes on until stopped. Exits with 1 when a rule was broken, or when a command was
never executed.`;

const { values } = parseArgs({
  options: {
    runs: { type: 'string' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
    tabs: { type: 'boolean' },
    path: { type: 'string' },
    'replay-path': { type: 'string' },
    help: { type: 'boolean' },
  },
});

if (values.help) {
  console.log(HELP);
} else {
  const root = fileURLToPath(new URL('..', import.meta.url));
  const vitest = fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url));
  const given = {
    SOAK_RUNS: values.runs,
    SOAK_MINUTES: values.minutes,
    SOAK_SEED: values.seed,
    SOAK_TABS: values.tabs ? 'yes' : undefined,
    SOAK_PATH: values.path,
    SOAK_REPLAY_PATH: values['replay-path'],
  };
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'test/model/vitest.soak.config.ts'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...Object.fromEntries(Object.entries(given).filter(([, value]) => value)) },
  });
  let watchdog: NodeJS.Timeout | undefined;
  const watch = () => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => {
      console.error(
        'Nothing was heard for too long: a sequence hangs. Repeat its batch with the seed told last.',
      );
      child.kill('SIGKILL');
    }, SILENCE_MS);
  };
  watch();
  child.stdout.on('data', (data) => {
    process.stdout.write(data);
    watch();
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => {
    clearTimeout(watchdog);
    process.exitCode = code ?? 1;
  });
}
