import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export interface HomeInUse extends Error {
  readonly code: 'home-in-use';
  readonly pid: number;
}

export const isHomeInUse = (error: unknown): error is HomeInUse =>
  error instanceof Error && 'code' in error && error.code === 'home-in-use';

interface Holder {
  readonly pid: number;
  /** Start time of the process, if the system reports it, because process ids are reused. */
  readonly began: string | undefined;
}

/**
 * Locks a home for this process. Takes over a lock whose process has ended.
 * @returns a function that releases the lock.
 * @throws HomeInUse if a live launcher holds it.
 */
export function lockHome(lockFile: string, home: string): () => void {
  const mine = JSON.stringify({ pid: process.pid, began: beginning(process.pid) } satisfies Holder);
  const candidate = `${lockFile}.${process.pid}`;
  writeFileSync(candidate, mine, { mode: 0o600 });
  try {
    // Linking is atomic: it never shows a half-written file.
    while (!tryLink(candidate, lockFile)) removeStale(lockFile, home);
  } finally {
    rmSync(candidate, { force: true });
  }
  return () => {
    if (contentOf(lockFile) === mine) rmSync(lockFile, { force: true });
  };
}

function tryLink(candidate: string, lockFile: string): boolean {
  try {
    linkSync(candidate, lockFile);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function removeStale(lockFile: string, home: string): void {
  const content = contentOf(lockFile);
  if (content === undefined) return;
  const holder = parse(content);
  if (holder !== undefined && lives(holder)) {
    throw Object.assign(
      new Error(
        `a launcher is running on ${home} already (process ${holder.pid}): stop it first, or set KINLEDGER_HOME`,
      ),
      { code: 'home-in-use' as const, pid: holder.pid },
    );
  }
  const aside = `${lockFile}.stale.${process.pid}`;
  try {
    renameSync(lockFile, aside);
  } catch {
    return; // Another process was faster; the next round sees its lock.
  }
  // Another launcher may have taken over between reading and renaming; put its lock back.
  if (contentOf(aside) !== content) tryLink(aside, lockFile);
  rmSync(aside, { force: true });
}

function contentOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(content: string): Holder | undefined {
  try {
    const { pid, began } = JSON.parse(content) as Partial<Holder>;
    return typeof pid === 'number' ? { pid, began } : undefined;
  } catch {
    return undefined;
  }
}

function lives(holder: Holder): boolean {
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  const now = processStat(holder.pid);
  // A killed process stays a zombie until its parent reaps it, which may never happen.
  if (now?.state === 'Z') return false;
  return holder.began === undefined || holder.began === now?.began;
}

const beginning = (pid: number): string | undefined => processStat(pid)?.began;

/** State and start time in clock ticks since boot: fields 3 and 22 of /proc/<pid>/stat. Undefined off Linux. */
function processStat(
  pid: number,
): { readonly state: string | undefined; readonly began: string | undefined } | undefined {
  const stat = contentOf(`/proc/${pid}/stat`);
  // The second field is the command in parentheses, which may contain spaces.
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined ? undefined : { state: fields[0], began: fields[19] };
}
