#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { runEmulatorCommand } from '../emulator/command.js';

const result = await runEmulatorCommand({
  args: process.argv.slice(2),
  write: (text) => process.stdout.write(text),
  warn: (text) => process.stderr.write(text),
  readFile: (path) => readFile(path, 'utf8'),
});
if ('exitCode' in result) process.exitCode = result.exitCode;
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      // Nothing is left to keep the process alive afterwards.
      void result.emulator.stop();
    });
  }
}
