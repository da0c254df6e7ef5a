import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  csvTemplate,
  guideDocument,
  guideTo,
  leavesDocument,
  schemaDocument,
  workbookTemplate,
} from '@kinledger/file-templates';
import type { Dataset } from '@kinledger/programme';

/** Writes what a provider needs to fill in files of a dataset. Resolves with the names of the files. */
export async function writeTemplates(dataset: Dataset, folder: string): Promise<readonly string[]> {
  const guide = guideTo(dataset);
  const leaves = leavesDocument(guide);
  const files: readonly (readonly [string, string | Uint8Array])[] = [
    [`${dataset.id}.csv`, csvTemplate(dataset.schema)],
    [`${dataset.id}.xlsx`, await workbookTemplate(dataset)],
    [`${dataset.id}.guide.html`, guideDocument(guide)],
    ...(leaves === undefined ? [] : [[`${dataset.id}.leaves.html`, leaves] as const]),
    [`${dataset.id}.schema.json`, schemaDocument(dataset.schema)],
  ];
  await mkdir(folder, { recursive: true });
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return files.map(([name]) => name);
}
