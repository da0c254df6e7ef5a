import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { operationRefused } from './operation-refused.js';

const files = z.array(
  z.strictObject({ path: z.string().min(1), bytes: z.int().nonnegative(), sha256: z.hash('sha256') }),
);

const manifest = z.strictObject({
  version: z.literal(1),
  madeAt: z.iso.datetime(),
  /** Major version of the server; other versions cannot read its files. */
  postgres: z.string().min(1),
  ledgers: z.array(
    z.strictObject({ stream: z.string(), events: z.int().nonnegative(), sha256: z.hash('sha256') }),
  ),
  /** All folders, because the server needs the empty ones too. */
  folders: z.array(z.string().min(1)),
  files,
  /** The files of the home's own definition of its programme, if it has one. */
  definition: files.exactOptional(),
});

/** `backup.json`: the list of a backup's files. Written last, so that a backup without it is incomplete. */
export type BackupManifest = z.infer<typeof manifest>;

export const MANIFEST = 'backup.json';
/** The folder of the server's files within a backup. */
export const DATA = 'data';
/** The folder of the home's own definition within a backup. */
export const DEFINITION = 'definition';

/** @throws OperationRefused if there is no backup of this version. */
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
