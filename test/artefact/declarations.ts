// The declarations of a door declare what the door exports, and no further name but those listed here.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

const ERROR_PARTS = ['ErrorInit', 'CallErrorCode', 'ConnectionErrorCode', 'TokenProviderErrorCode'];

/** What exported types are spelled out with, and what an app has no reason to name. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  index: [
    ...['ErrorInit', 'ApiErrorInit', 'ConnectionErrorInit'],
    ...['WireEvents', 'LocalEvents', 'TokenEvents', 'ConnectionEvents', 'CallEvents', 'Payloads', 'Verb'],
    ...['Open', 'WireEvent', 'CallEvent', 'UserEvent', 'WithCall', 'WithMembers', 'WithSession', 'WithUser'],
    ...['CapabilitiesByRole', 'Resolution', 'Ringing', 'Startable', 'UserFields', 'UserProfileResponse'],
    ...['Common', 'WithToken', 'HeaderFields', 'Waiting'],
  ],
  // The tag's name, for `createElement`.
  devtools: ['global'],
  react: ['Capability'],
  server: [...ERROR_PARTS, 'SecretOptions', 'Awaitable'],
  emulator: [
    ...[...ERROR_PARTS, 'InvalidTokenErrorCode', 'TokenExpiredErrorCode'],
    ...['CAPABILITIES', 'Capability', 'FAULT_KINDS', 'MswParts', 'RECONNECT_STRATEGIES'],
  ],
};

export interface Declarations {
  readonly door: string;
  readonly bytes: number;
  readonly exported: readonly string[];
  /** Declared, but neither exported nor a known part: internals that an app's editor would show. */
  readonly strangers: readonly string[];
  /** Listed as parts, but declared no more, or exported. */
  readonly outdated: readonly string[];
}

/** What the built declarations of each door say. */
export function readDeclarations(dist: string): Declarations[] {
  return Object.entries(PARTS).map(([door, parts]) => {
    const text = readFileSync(join(dist, `${door}.d.ts`), 'utf8');
    const { statements } = ts.createSourceFile(`${door}.d.ts`, text, ts.ScriptTarget.Latest);
    const exported = statements.flatMap(exportedBy).sort();
    const hidden = statements.flatMap(declaredBy).filter((name) => !exported.includes(name));
    return {
      door,
      bytes: text.length,
      exported,
      strangers: hidden.filter((name) => !parts.includes(name)),
      outdated: parts.filter((name) => !hidden.includes(name)),
    };
  });
}

function exportedBy(statement: ts.Statement): string[] {
  if (!ts.isExportDeclaration(statement) || !statement.exportClause) return [];
  return ts.isNamedExports(statement.exportClause)
    ? statement.exportClause.elements.map(({ name, propertyName }) => (propertyName ?? name).text)
    : [];
}

function declaredBy(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.map(({ name }) => (name as ts.Identifier).text);
  }
  const isNamed =
    ts.isClassDeclaration(statement) ||
    ts.isFunctionDeclaration(statement) ||
    ts.isInterfaceDeclaration(statement) ||
    ts.isTypeAliasDeclaration(statement) ||
    ts.isEnumDeclaration(statement) ||
    ts.isModuleDeclaration(statement);
  return isNamed && statement.name ? [statement.name.text] : [];
}
