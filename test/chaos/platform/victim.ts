import { readdirSync, readFileSync } from 'node:fs';
import { until } from '../until.js';

/** A process of the platform, or several that are one thing, to be killed, paused and woken. */
export interface Victim {
  readonly name: string;
  /** Ids of the processes that it is at present; none while it is down. */
  pids(): readonly number[];
}

/** Kills it with SIGKILL once it is up, and waits until its processes are gone. @returns their ids. */
export async function kill(victim: Victim): Promise<readonly number[]> {
  const pids = await up(victim);
  for (const pid of pids) signal(pid, 'SIGKILL');
  await until(`${victim.name} is gone`, () => !areRunning(pids));
  return pids;
}

/** Stops it where it is, as a machine that hangs does: connections stay open, nothing moves. @returns its ids. */
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

/** The machine's processes, as Linux tells of them. One that was killed and not yet asked for is none. */
export function processes(): readonly ProcessEntry[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const entry = processOf(Number(pid));
      return entry === undefined ? [] : [entry];
    });
}

/** A service of a platform: the process that its launcher runs for it at present. */
export const serviceOf = (launcher: number, name: string): Victim => ({
  name,
  pids: () =>
    processes()
      .filter(({ parent, command }) => parent === launcher && command.endsWith(`/apps/${name}/dist/main.js`))
      .map(({ pid }) => pid),
});

/** Whether any of them is there still, asleep or not. */
export const areRunning = (pids: readonly number[]): boolean =>
  pids.some((pid) => processOf(pid) !== undefined);

function processOf(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in parentheses, and may hold spaces.
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z' || state === 'X') return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return { pid, parent: Number(parent), command };
  } catch {
    return undefined;
  }
}
