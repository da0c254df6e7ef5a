import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { boards, fileOf, grafanaJson } from './index.js';

// Writes the dashboards to deploy/grafana/dashboards and, with the alerts, to the chart, which may only read its own files.
const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const inChart = join(deploy, 'k8s/kinledger/files/monitoring');
for (const folder of [join(deploy, 'grafana/dashboards'), join(inChart, 'dashboards')]) {
  await mkdir(folder, { recursive: true });
  for (const old of await readdir(folder)) await rm(join(folder, old));
  for (const board of boards) await writeFile(join(folder, fileOf(board)), grafanaJson(board));
}
const alerts = 'kinledger-alerts.yaml';
await copyFile(join(deploy, 'prometheus', alerts), join(inChart, alerts));
