// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { transformSync } from '@babel/core';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const FILES = ['src/react', 'examples/react'].flatMap((folder) =>
  readdirSync(ROOT + folder)
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => `${folder}/${name}`),
);

interface CompilerEvent {
  readonly kind: string;
  readonly fnName?: string | null;
}

/** The functions that React Compiler compiles in this text; what it cannot compile is an error. */
function compiled(text: string, filename: string): string[] {
  const names: string[] = [];
  const logger = {
    logEvent: (_file: string | null, { kind, fnName }: CompilerEvent) => {
      if (kind === 'CompileSuccess') names.push(fnName ?? '');
    },
  };
  transformSync(text, {
    filename,
    configFile: false,
    parserOpts: { plugins: ['jsx', 'typescript'] },
    plugins: [['babel-plugin-react-compiler', { panicThreshold: 'all_errors', logger }]],
  });
  return names;
}

/** Names of components and hooks that are defined in this text. */
const defined = (text: string) =>
  [...text.matchAll(/^(?:export )?(?:default )?function ((?:use)?[A-Z]\w*)/gm)].map(([, name]) => name);

describe('React Compiler', () => {
  it.each(FILES)('compiles each component and hook of %s', (file) => {
    const text = readFileSync(ROOT + file, 'utf8');
    expect(compiled(text, file).sort()).toEqual(defined(text).sort());
  });

  it('would say so if it could not', () => {
    const text = 'export function useCount(ref) { ref.current += 1; return useRef(ref.current).current; }';
    expect(() => compiled(text, 'mistake.ts')).toThrow(/ref/i);
  });
});
