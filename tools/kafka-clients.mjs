/** `npm run kafka:clients`: both Kafka clients through the same contract, kill and throughput cases, side by side. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contractTables } from './contract-table.mjs';

const report = join(mkdtempSync(join(tmpdir(), 'kinledger-report-')), 'report.json');
const vitest = join('node_modules', '.bin', 'vitest');
const args = ['run', '--project', 'kafka-clients', '--reporter=default', '--reporter=json'];
spawnSync(vitest, [...args, `--outputFile.json=${report}`], { stdio: 'inherit' });
for (const table of contractTables([JSON.parse(readFileSync(report, 'utf8'))])) console.log(`\n${table}`);
