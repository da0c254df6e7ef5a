import { hash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { accessFile, type Account } from './account.js';

interface Entry {
  readonly digest: Buffer;
  readonly account: Account;
}

/** The bearer accounts of the access file. A changed file counts from the next request on. */
export class Accounts {
  private entries: readonly Entry[];
  private readAt: string;

  /** @throws Error naming what is wrong with the file, without its content. */
  constructor(private readonly file: string) {
    this.readAt = fingerprint(file);
    this.entries = read(file);
  }

  /**
   * The account of a bearer token, or undefined. Compares digests in constant time and looks at every account, so
   * that the time taken says nothing about which one matched.
   */
  find(token: string): Account | undefined {
    this.refresh();
    const digest = hash('sha256', token, 'buffer');
    let found: Account | undefined;
    for (const entry of this.entries) if (timingSafeEqual(entry.digest, digest)) found = entry.account;
    return found;
  }

  /** A file that has become unreadable keeps the accounts that were read last: nobody gains access by it. */
  private refresh(): void {
    try {
      const now = fingerprint(this.file);
      if (now === this.readAt) return;
      this.entries = read(this.file);
      this.readAt = now;
    } catch {
      return;
    }
  }
}

function fingerprint(file: string): string {
  const { ino, mtimeMs, size } = statSync(file);
  return `${ino} ${mtimeMs} ${size}`;
}

function read(file: string): readonly Entry[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw new Error(`the access file ${file} is not JSON`);
  }
  const result = accessFile.safeParse(content);
  if (!result.success) {
    const where = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).slice(0, 5);
    throw new Error(`the access file ${file} is wrong: ${where.join('; ')}`);
  }
  return result.data.accounts.map(({ tokenSha256, ...account }) => ({
    digest: Buffer.from(tokenSha256, 'hex'),
    account,
  }));
}
