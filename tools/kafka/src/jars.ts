import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireMaven } from './maven.js';

const pom = fileURLToPath(new URL('../pom.xml', import.meta.url));
const cache = fileURLToPath(new URL('../../../node_modules/.cache/kinledger-kafka', import.meta.url));

/** The folder for the pom's jars; each version of the pom has its own. */
function jarFolder(): string {
  const name = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16);
  return join(cache, name);
}

export const jarsAreHere = (): boolean => existsSync(jarFolder());

/** The broker's Java class path. Fetches the jars with Maven the first time. @throws Error with Maven's message. */
export async function requireJars(): Promise<string> {
  const folder = jarFolder();
  if (!existsSync(folder)) await fetchJars(folder);
  return join(folder, '*');
}

async function fetchJars(folder: string): Promise<void> {
  const maven = requireMaven();
  const partial = `${folder}.${process.pid}.partial`;
  mkdirSync(partial, { recursive: true });
  const args = ['--batch-mode', '--quiet', '--file', pom, 'dependency:copy-dependencies'];
  const child = spawn(maven, [...args, '-DincludeScope=runtime', `-DoutputDirectory=${partial}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text: Buffer) => (said += text.toString()));
  const code = await new Promise<number | null>((done) => child.once('close', done));
  if (code !== 0) {
    rmSync(partial, { recursive: true, force: true });
    throw new Error(`Maven could not fetch the Kafka broker’s jars\n${said.slice(-2000)}`);
  }
  // Another process may have fetched the same jars meanwhile.
  if (existsSync(folder)) rmSync(partial, { recursive: true, force: true });
  else renameSync(partial, folder);
}
