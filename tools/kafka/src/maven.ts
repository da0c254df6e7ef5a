import { spawnSync } from 'node:child_process';

/** @throws Error if Maven is missing. */
export function requireMaven(): string {
  const { error, status } = spawnSync('mvn', ['--version'], { stdio: 'ignore' });
  if (error !== undefined || status !== 0) {
    throw new Error('Maven (mvn) fetches the broker’s jars, and there is no Maven here');
  }
  return 'mvn';
}
