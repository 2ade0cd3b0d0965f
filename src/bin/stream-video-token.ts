#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { runTokenCommand } from '../server/token-command.js';

const { stdout, stderr, exitCode, server } = await runTokenCommand({
  args: process.argv.slice(2),
  env: process.env,
  readStdin: () => text(process.stdin),
  readFile: (path) => readFile(path, 'utf8'),
});
if (stdout) process.stdout.write(`${stdout}\n`);
if (stderr) process.stderr.write(`${stderr}\n`);
process.exitCode = exitCode;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Nothing is left to keep the process alive afterwards.
  if (server) process.once(signal, () => void server.stop());
}
