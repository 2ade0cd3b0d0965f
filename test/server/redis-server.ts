import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** A real Redis in memory, on a port of its own: the package `redis-server` of Debian and the like. */
export class RedisServer {
  readonly port: number;
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.start();
    return server;
  }

  /** Starts it, empty, and resolves once it takes connections. */
  async start(): Promise<void> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    const child = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#child = child;
    let printed = '';
    await new Promise<void>((resolve, reject) => {
      child.once('error', (cause) => {
        reject(new Error('No redis-server on this machine: apt-get install redis-server', { cause }));
      });
      child.once('exit', () => reject(new Error(`redis-server ended at once:\n${printed}`)));
      child.stdout.on('data', (chunk) => {
        printed += String(chunk);
        if (printed.includes('Ready to accept connections')) resolve();
      });
    });
  }

  /** Ends it at once, as a crash does: nothing is kept, and no client is told. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  }
}
