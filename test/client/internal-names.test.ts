import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { internalNames } from '../../internal-names.js';

const WORD = /[A-Za-z_$][\w$]*/g;

const sources = ['client', 'react', 'shared']
  .map((room) => fileURLToPath(new URL(`../../src/${room}`, import.meta.url)))
  .flatMap((folder) => readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name))))
  .filter((path) => /\.tsx?$/.test(path))
  .map((path) => ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true));

function wordsOf(texts: Iterable<string>): Set<string> {
  return new Set([...texts].flatMap((text) => text.match(WORD) ?? []));
}

/** The text of each literal, templates included; those of types are in no build. */
function* textsIn(node: ts.Node): Generator<string> {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isLiteralTypeNode(node)) return;
  if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node)) {
    yield node.text;
  }
  for (const child of node.getChildren()) yield* textsIn(child);
}

const internal = (words: ReadonlySet<string>) => internalNames.filter((name) => words.has(name));

test('a name that the build shortens stands in no text: nobody asks for it by that text', () => {
  expect(internal(wordsOf(sources.flatMap((source) => [...textsIn(source)])))).toEqual([]);
});

test('a name that the build shortens is none of a platform', () => {
  const folder = dirname(fileURLToPath(import.meta.resolve('typescript')));
  const libraries = readdirSync(folder).filter((name) => /^lib\.(?:es|dom|webworker|decorators)/.test(name));
  const declarations = libraries.map((name) => readFileSync(join(folder, name), 'utf8'));
  expect(libraries.length).toBeGreaterThan(20);
  expect(internal(wordsOf(declarations.map((text) => text.replace(/\/\*[\s\S]*?\*\//g, ''))))).toEqual([]);
});

test('a name that the build shortens is in use, and listed once', () => {
  const used = internal(wordsOf(sources.map((source) => source.text)));
  expect(used).toEqual([...new Set(internalNames)]);
  expect(used).toHaveLength(internalNames.length);
});
