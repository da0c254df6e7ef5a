import { open } from 'node:fs/promises';

/** Appends a line to a file, durably and whole, for its owner alone. */
export async function appendLine(file: string, line: string): Promise<void> {
  const list = await open(file, 'a+', 0o600);
  try {
    // A line without its end is of a writer that was interrupted: it must not swallow ours.
    const { size } = await list.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await list.read(last, 0, 1, size - 1);
    const broken = size > 0 && last.toString() !== '\n';
    await list.write(`${broken ? '\n' : ''}${line}\n`);
    await list.sync();
  } finally {
    await list.close();
  }
}
