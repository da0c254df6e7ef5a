import { readFileSync, readdirSync } from 'node:fs';

/** Resources that a process has used since it began. Read from /proc, so Linux only. */
export interface Usage {
  /** Seconds of processor time, user and system. */
  readonly cpu: number;
  /** Peak resident memory, in MiB. */
  readonly peakMiB: number;
}

const TICKS_PER_SECOND = 100;

/** Usage of a process, or undefined if it has ended. */
export function usageOf(pid: number): Usage | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command is in brackets and may hold any character; utime and stime are the 14th and 15th fields.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return {
      cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND,
      peakMiB: Number(peak?.[1] ?? 0) / 1024,
    };
  } catch {
    return undefined;
  }
}

/** Processes whose parent is `pid`. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((candidate) => {
      try {
        const stat = readFileSync(`/proc/${candidate}/stat`, 'utf8');
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === pid;
      } catch {
        return false;
      }
    });
}

/** The command line of a process, '' if it has ended. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

/**
 * Seconds of processor time, user and system, of a process and of all that it began, also of those that have ended: a
 * server that gives each connection a process of its own is charged for all of them.
 */
export function familyUsageOf(pid: number): number {
  const own = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // cutime and cstime, of children that have ended, are the 16th and 17th field.
  const fields = own.slice(own.lastIndexOf(')') + 2).split(' ');
  const ended = (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  const parts = [usageOf(pid)?.cpu ?? 0, ended, ...childrenOf(pid).map((child) => usageOf(child)?.cpu ?? 0)];
  return parts.reduce((sum, part) => sum + part, 0);
}
