import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Required by Kafka 4. */
const LEAST_JAVA = 17;

/** The `java` of JAVA_HOME, else of the path. @throws Error if it is missing or too old. */
export function requireJava(): string {
  const home = process.env['JAVA_HOME'];
  const inHome = home === undefined ? undefined : join(home, 'bin', 'java');
  const java = inHome !== undefined && existsSync(inHome) ? inHome : 'java';
  const version = javaVersion(java);
  if (version === undefined)
    throw new Error(`Kafka needs Java ${LEAST_JAVA} or newer, and there is no Java here`);
  if (version < LEAST_JAVA)
    throw new Error(`Kafka needs Java ${LEAST_JAVA} or newer, and this is Java ${version}`);
  return java;
}

function javaVersion(java: string): number | undefined {
  // `java -version` prints on standard error: openjdk version "17.0.15" 2025-04-15
  const { stderr, error } = spawnSync(java, ['-version'], { encoding: 'utf8' });
  if (error !== undefined) return undefined;
  const [, major] = /version "(\d+)/.exec(stderr) ?? [];
  return major === undefined ? undefined : Number(major);
}
