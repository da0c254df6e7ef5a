import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { operationRefused } from './operation-refused.js';

const manifest = z.strictObject({
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Major version of the server whose files these are: another cannot read them. */
  postgres: z.string().min(1),
  ledgers: z.array(
    z.strictObject({ stream: z.string(), events: z.int().nonnegative(), sha256: z.hash('sha256') }),
  ),
  /** Empty folders are part of a server's files too. */
  folders: z.array(z.string().min(1)),
  files: z.array(
    z.strictObject({ path: z.string().min(1), bytes: z.int().nonnegative(), sha256: z.hash('sha256') }),
  ),
});

/** `backup.json` of a backup: what it holds, file by file. Written last, so that a backup without it is none. */
export type BackupManifest = z.infer<typeof manifest>;

export const MANIFEST = 'backup.json';
/** Folder of the server's files within a backup. */
export const DATA = 'data';

/** @throws OperationRefused where there is no backup of this version. */
export function readManifest(backup: string): BackupManifest {
  let text: string;
  try {
    text = readFileSync(join(backup, MANIFEST), 'utf8');
  } catch {
    throw operationRefused(`${backup} holds no backup: there is no ${MANIFEST} in it`);
  }
  const parsed = manifest.safeParse(parseJson(text));
  if (!parsed.success)
    throw operationRefused(`${join(backup, MANIFEST)} cannot be read as a backup of this version`);
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
