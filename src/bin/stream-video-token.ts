#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { runTokenCommand } from '../server/token-command.js';

const { stdout, stderr, exitCode } = await runTokenCommand({
  args: process.argv.slice(2),
  env: process.env,
  readStdin: () => text(process.stdin),
});
if (stdout) process.stdout.write(`${stdout}\n`);
if (stderr) process.stderr.write(`${stderr}\n`);
process.exitCode = exitCode;
