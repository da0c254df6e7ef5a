import { open } from 'node:fs/promises';

/** Appends a line to a file durably, with access for the owner only. */
export async function appendLine(file: string, line: string): Promise<void> {
  const list = await open(file, 'a+', 0o600);
  try {
    // An incomplete last line is left by an interrupted writer: ours must not be joined to it.
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
