import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boards, fileOf, grafanaJson } from './index.js';

// Writes the dashboards to deploy/grafana/dashboards.
const folder = fileURLToPath(new URL('../../../deploy/grafana/dashboards/', import.meta.url));
await mkdir(folder, { recursive: true });
for (const old of await readdir(folder)) await rm(join(folder, old));
for (const board of boards) await writeFile(join(folder, fileOf(board)), grafanaJson(board));
