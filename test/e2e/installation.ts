import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const command = fileURLToPath(new URL('../../apps/cli/bin/kinledger.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A home and the command line on it, run as processes from what `npm run build` made. */
export class Installation {
  readonly home = mkdtempSync(join(tmpdir(), 'kinledger-e2e-'));
  readonly #children = new Set<ChildProcess>();
  /** @param environment variables for later commands, in addition to those of the test run. */
  constructor(public environment: Readonly<Record<string, string>> = {}) {}

  /** Runs a command until it ends. */
  async run(...args: readonly string[]): Promise<Ended> {
    return this.begin(...args).ended;
  }

  /** Runs a command and reads its standard output as JSON. */
  async json<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await this.run(...args, '--json');
    if (code !== 0) throw new Error(`kinledger ${args.join(' ')} ended with ${String(code)}: ${stderr}`);
    // Each test states the shape of the members that it reads.
    return JSON.parse(stdout) as T;
  }

  /** Starts a command that keeps running. */
  begin(...args: readonly string[]): {
    readonly child: ChildProcess;
    readonly ended: Promise<Ended>;
    said(text: string): Promise<void>;
  } {
    const child = spawn(process.execPath, [command, ...args], {
      env: { ...process.env, ...this.environment, KINLEDGER_HOME: this.home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#children.add(child);
    let stdout = '';
    let stderr = '';
    const listeners = new Set<() => void>();
    const heard = () => listeners.forEach((listener) => listener());
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
      heard();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
      heard();
    });
    const ended = new Promise<Ended>((done) => {
      child.once('close', (code) => {
        this.#children.delete(child);
        done({ code, stdout, stderr });
        heard();
      });
    });
    const said = (text: string) =>
      new Promise<void>((resolve, reject) => {
        const check = () => {
          if ((stdout + stderr).includes(text)) resolve();
          else if (child.exitCode !== null) reject(new Error(`it never said "${text}": ${stdout}${stderr}`));
        };
        listeners.add(check);
        check();
      });
    return { child, ended, said };
  }

  /** Processes with this home in an argument or environment variable. Linux only; empty elsewhere. */
  processes(): readonly string[] {
    let pids: string[];
    try {
      pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    } catch {
      return [];
    }
    return pids.flatMap((pid) => {
      if (Number(pid) === process.pid) return [];
      try {
        const about = ['cmdline', 'environ']
          .map((file) => readFileSync(`/proc/${pid}/${file}`, 'utf8'))
          .join('\0');
        return about.includes(this.home) || about.includes(this.databaseFolder())
          ? [about.slice(0, 200)]
          : [];
      } catch {
        return [];
      }
    });
  }

  /** The folder of PostgreSQL's files: in the home, but elsewhere for root, because PostgreSQL does not run as root. */
  databaseFolder(): string {
    try {
      return readFileSync(join(this.home, 'postgres', 'data-directory'), 'utf8').trim();
    } catch {
      return join(this.home, 'postgres', 'data');
    }
  }

  async dispose(): Promise<void> {
    const running = [...this.#children];
    const gone = running.map((child) => new Promise((done) => child.once('close', done)));
    for (const child of running) child.kill('SIGTERM');
    await Promise.all(gone);
    const data = this.databaseFolder();
    rmSync(this.home, { recursive: true, force: true });
    rmSync(data, { recursive: true, force: true });
  }
}

/** Whether anything listens at the address. */
export function listens(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
