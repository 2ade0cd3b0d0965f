// Type-checks blocks of code, all in one program.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import * as client from '../../src/client/index.js';
import * as devtools from '../../src/devtools/index.none.js';
import * as emulator from '../../src/emulator/index.js';
import * as react from '../../src/react/index.js';
import * as server from '../../src/server/index.js';
import { type Block, ROOT } from './blocks.js';

/** Below the root, so that packages are found. */
export const FOLDER = join(ROOT, 'reports/docs-blocks');

/** What the reader of a doc comment knows by name. */
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  'stream-video-auth': Object.keys(client),
  'stream-video-auth/server': Object.keys(server),
  'stream-video-auth/emulator': Object.keys(emulator),
  'stream-video-auth/react': Object.keys(react),
  'stream-video-auth/devtools': Object.keys(devtools),
  react: ['useEffect', 'type ReactNode'],
  'msw/node': ['setupServer'],
  '@stream-io/video-client': ['StreamVideoClient'],
};

/** A doc comment needs no import line: its reader stands in the module. */
function withImports({ code, isDocComment }: Block): string {
  if (!isDocComment) return code;
  const known = new Set<string>();
  const lines = Object.entries(KNOWN).map(([door, exported]) => {
    const isMeant = (name: string) =>
      !known.has(name) && new RegExp(`\\b${name.replace('type ', '')}\\b`).test(code);
    const names = exported.filter(isMeant);
    for (const name of names) known.add(name);
    return names.length > 0 ? `import { ${names.join(', ')} } from '${door}'; ` : '';
  });
  return lines.join('') + code;
}

/** A module, whatever the block holds; its lines stay where they are. */
export function asModule(block: Block): string {
  return `${withImports(block)}\nexport {};\n`;
}

function compilerOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  // A block shows one thing; what it leaves unused is the reader's.
  return { ...options, noUnusedLocals: false, noUnusedParameters: false, exactOptionalPropertyTypes: false };
}

/** What is wrong with each block, as lines that an editor can follow. */
export function typeErrors(blocks: readonly Block[]): string[] {
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const files = new Map<string, Block>();
  blocks.forEach((block, index) => {
    const file = join(FOLDER, `${index}.${block.language}`);
    writeFileSync(file, asModule(block));
    files.set(file, block);
  });
  const program = ts.createProgram([...files.keys(), join(ROOT, 'test/docs/given.ts')], compilerOptions());
  return ts
    .getPreEmitDiagnostics(program)
    .filter(({ file }) => file === undefined || files.has(file.fileName))
    .map(({ file, start = 0, messageText }) => {
      const [path = '', line = ''] = (file && files.get(file.fileName)?.place.split(':')) ?? [];
      const offset = file?.getLineAndCharacterOfPosition(start).line ?? 0;
      return `${path}:${Number(line) + offset}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
}
