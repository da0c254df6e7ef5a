import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const DISK_MIB = 8;

/** Runs a command of the system. @throws when it fails. */
const system = (command: string, ...args: readonly string[]): void => {
  execFileSync(command, args, { stdio: 'ignore' });
};

/** A file system of a few MiB that belongs to the account of a database server. */
export class SmallDisk {
  private constructor(readonly directory: string) {}

  /** Mounts the disk; undefined if this machine or account may not. @param server process id of the server. */
  static mount(server: number | undefined): SmallDisk | undefined {
    if (process.getuid?.() !== 0 || server === undefined) return undefined;
    const { uid, gid } = statSync(`/proc/${server}`);
    const directory = mkdtempSync(join(tmpdir(), 'kinledger-disk-'));
    try {
      system('mount', '-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', directory);
    } catch {
      rmSync(directory, { recursive: true });
      return undefined;
    }
    chownSync(directory, uid, gid);
    chmodSync(directory, 0o700);
    return new SmallDisk(directory);
  }

  fill(): void {
    const page = Buffer.alloc(4096);
    try {
      for (;;) writeFileSync(this.#filler, page, { flag: 'a' });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
    }
  }

  makeRoom(): void {
    rmSync(this.#filler, { force: true });
  }

  unmount(): void {
    // Lazily, because a frozen process may have files open there.
    system('umount', '-l', this.directory);
    rmSync(this.directory, { recursive: true });
  }

  get #filler(): string {
    return join(this.directory, 'filler');
  }
}
