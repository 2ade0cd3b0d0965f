import Module from 'node:module';

type Resolve = (request: string, ...rest: unknown[]) => string;

// React DOM and Testing Library require React by themselves, past the aliases of the test runner.
const loader = Module as unknown as { _resolveFilename: Resolve };
const resolve = loader._resolveFilename;
loader._resolveFilename = (request, ...rest) =>
  resolve(request.replace(/^(react|react-dom)(?=\/|$)/, '$1-18'), ...rest);
