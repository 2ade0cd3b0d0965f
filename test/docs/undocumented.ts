import { resolve } from 'node:path';
import ts from 'typescript';

/** The module of each door. */
const DOORS = ['client', 'server', 'emulator', 'react', 'devtools'].map((door) => `src/${door}/index.ts`);

/** What a name and its type say between them: the members of a wire object are the coordinator's, and so are their names. */
const WIRE = /\/api-types(\/|\.ts$)/;

/** Spoken for by the language itself. */
const SILENT = ['constructor', 'toJSON', 'name', 'cause', 'message'];

/**
 * What the doors export, and the members of it that an app can reach, without a doc comment: as `door: name.member`.
 * An option or a field without one leaves its unit and its default to be guessed.
 */
export function undocumented(root: string): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(resolve(root, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    root,
  );
  const program = ts.createProgram(
    DOORS.map((door) => resolve(root, door)),
    options,
  );
  const checker = program.getTypeChecker();
  const found = new Set<string>();

  const isDocumented = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0;
  const isInternal = (symbol: ts.Symbol) =>
    symbol.getJsDocTags(checker).some(({ name }) => name === 'internal');

  for (const door of DOORS) {
    const source = program.getSourceFile(resolve(root, door));
    const module = source && checker.getSymbolAtLocation(source);
    if (!module) throw new Error(`${door} is no module`);
    for (const exported of checker.getExportsOfModule(module)) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
      const where = `${door.split('/')[1]}: ${exported.name}`;
      if (!isDocumented(symbol)) found.add(where);
      for (const member of membersOf(symbol)) {
        if (!isDocumented(member) && !isInternal(member)) found.add(`${where}.${member.name}`);
      }
    }
  }
  return [...found];
}

/** Those that are written down where the name is declared. The arms of a union are spoken of at the union. */
function membersOf(symbol: ts.Symbol): ts.Symbol[] {
  const declared = [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])];
  return declared.filter((member) => {
    const declarations = member.declarations ?? [];
    return !SILENT.includes(member.name) && declarations.some(isPublic);
  });
}

function isPublic(node: ts.Declaration): boolean {
  const { fileName } = node.getSourceFile();
  if (WIRE.test(fileName) || !fileName.includes('/src/')) return false;
  const name = ts.getNameOfDeclaration(node);
  if (name && (ts.isPrivateIdentifier(name) || ts.isComputedPropertyName(name))) return false;
  return (
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node)
  );
}
