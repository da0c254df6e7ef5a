import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, chownSync, cpSync, globSync, lstatSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { repository } from './rendering.ts';

const run = promisify(execFile);

/** The user of the images. */
export const USER = 65_532;
const isRoot = process.getuid?.() === 0;
const hasNamespaces = isRoot && succeeds('unshare', ['--pid', '--fork', 'true']);

/** How the programs of this test run, for its name. */
export const manner = hasNamespaces
  ? `as user ${USER} and process 1`
  : isRoot
    ? `as user ${USER}`
    : 'as this user, who is not root';

function succeeds(command: string, args: readonly string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * Lets nobody write to a folder, as in an image. Another user cannot anyway: the files are those of the user who made
 * them.
 */
export function makeReadOnly(folder: string): void {
  if (isRoot) return;
  for (const path of [folder, ...globSync('**', { cwd: folder }).map((name) => join(folder, name))]) {
    const entry = lstatSync(path);
    if (!entry.isSymbolicLink()) chmodSync(path, entry.mode & 0o555);
  }
}

/** Deletes a folder of many files without waiting for it. */
export function discard(folder: string): void {
  const writable = isRoot ? '' : 'chmod -R u+w "$1"; ';
  spawn('sh', ['-c', `${writable}rm -rf "$1"`, 'sh', folder], { detached: true, stdio: 'ignore' }).unref();
}

/** Gives a folder of volumes to the user of the images, as fsGroup does. */
export function giveToUser(folder: string): void {
  if (!isRoot) return;
  for (const path of [folder, ...globSync('**', { cwd: folder }).map((name) => join(folder, name))])
    chownSync(path, USER, USER);
}

/** A copy of the Node of this checkout that any user may run. */
export function copyNode(folder: string): string {
  const node = join(folder, 'node');
  cpSync(process.execPath, node);
  chmodSync(node, 0o755);
  return node;
}

/** The command of an image, as the Dockerfile has it, for a file set that lies elsewhere. */
export function entryOf(target: string, node: string, set: string): string[] {
  const dockerfile = readFileSync(join(repository, 'deploy/images/Dockerfile'), 'utf8');
  const stage = dockerfile.split(`AS ${target}\n`)[1] ?? '';
  const command = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(stage)?.[1] ?? '[]') as string[];
  return command.map((part) => (part === 'node' ? node : part.replace(/^\/app/, set)));
}

/** Runs a command of the tools image to its end. @returns what it printed. */
export async function runOnce(
  [command = '', ...entry]: readonly string[],
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const identity = isRoot ? { uid: USER, gid: USER } : {};
  const { stdout } = await run(command, [...entry, ...args], { env, cwd: '/', ...identity });
  return stdout;
}

/** A service as a pod would run it. */
export class RunningService {
  #log = '';
  readonly #child: ChildProcess;
  readonly ended: Promise<number | null>;

  constructor([command = '', ...args]: readonly string[], env: Readonly<Record<string, string>>) {
    const namespaces = [
      '--pid',
      '--fork',
      '--kill-child',
      '--setgid',
      String(USER),
      '--setuid',
      String(USER),
    ];
    this.#child = hasNamespaces
      ? spawn('unshare', [...namespaces, '--', command, ...args], { env, cwd: '/', stdio: 'pipe' })
      : spawn(command, args, { env, cwd: '/', stdio: 'pipe', ...(isRoot ? { uid: USER, gid: USER } : {}) });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.#log += text));
    this.ended = new Promise((done) => this.#child.once('close', done));
  }

  get log(): string {
    return this.#log;
  }

  /** The process of the service itself, as this machine numbers it. */
  get pid(): number {
    const parent = this.#child.pid ?? 0;
    const pid = hasNamespaces
      ? Number(readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim())
      : parent;
    // A signal to process 0 would reach this test itself.
    if (!(pid > 0)) throw new Error(`the service has not begun, or has ended:\n${this.#log.slice(-2_000)}`);
    return pid;
  }

  /** The user and the number within its own namespace of the service's process. */
  get identity(): { readonly user: number; readonly number: number } {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    const last = (name: string) =>
      Number(new RegExp(`^${name}:(.*)$`, 'm').exec(status)?.[1]?.trim().split(/\s+/).at(-1));
    return { user: last('Uid'), number: last('NSpid') };
  }

  /** Tells it to stop, as Kubernetes does. @returns its exit code. */
  async stop(): Promise<number | null> {
    process.kill(this.pid, 'SIGTERM');
    return this.ended;
  }

  /** Ends it for good, if it runs. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    try {
      process.kill(this.pid, 'SIGKILL');
    } catch {
      // It has not begun, or has just ended.
      this.#child.kill('SIGKILL');
    }
    await this.ended;
  }
}

export const freePort = (): Promise<number> =>
  new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => done(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

/** Waits until something holds. @throws Error with what was awaited, and the log, once five minutes are over. */
export async function until(what: string, holds: () => Promise<boolean>, log: () => string): Promise<void> {
  const end = Date.now() + 300_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error(`waited in vain until ${what}:\n${log().slice(-4_000)}`);
    await pause(200);
  }
}
