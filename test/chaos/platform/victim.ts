import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../until.js';

/** One or more processes of the platform to kill, freeze and resume together. */
export interface Victim {
  readonly name: string;
  /** Ids of its present processes; empty while it is down. */
  pids(): readonly number[];
}

/** Waits until it is up, kills it with SIGKILL, and waits until its processes have ended. @returns their ids. */
export async function kill(victim: Victim): Promise<readonly number[]> {
  const pids = await up(victim);
  for (const pid of pids) signal(pid, 'SIGKILL');
  await until(`${victim.name} is gone`, () => !areRunning(pids));
  return pids;
}

/** Stops it with SIGSTOP, like a frozen machine: connections stay open, nothing moves. @returns its ids. */
export async function freeze(victim: Victim): Promise<readonly number[]> {
  const pids = await up(victim);
  for (const pid of pids) signal(pid, 'SIGSTOP');
  return pids;
}

export function wake(pids: readonly number[]): void {
  for (const pid of pids) signal(pid, 'SIGCONT');
}

async function up(victim: Victim): Promise<readonly number[]> {
  return until(`${victim.name} is up`, () => {
    const pids = victim.pids();
    return pids.length === 0 ? undefined : pids;
  });
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has just ended by itself.
  }
}

export interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** The machine's processes, from /proc, without zombies. */
export function processes(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const entry = processOf(Number(pid));
      return entry === undefined ? [] : [entry];
    });
}

/** A service of a platform: the process that its launcher runs for it. */
export const serviceOf = (launcher: number, name: string): Victim => ({
  name,
  pids: () =>
    processes()
      .filter(({ parent, command }) => parent === launcher && command.endsWith(`/apps/${name}/dist/main.js`))
      .map(({ pid }) => pid),
});

/** Whether any of them still exists, frozen or not. */
export const areRunning = (pids: readonly number[]): boolean =>
  pids.some((pid) => processOf(pid) !== undefined);

function processOf(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses, which may contain spaces.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
