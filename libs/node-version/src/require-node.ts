/** The oldest major version that the programs run on, and the one that they are tested on. */
const NEEDED = 24;

/** The message for a Node version, such as 20.20.2, that is too old; undefined if the programs run on it. */
export function whyNotOn(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= NEEDED) return undefined;
  return `Kinledger needs Node ${NEEDED} or later, and this is Node ${version}. npm brings the right one: start it with "npm run" or "npx" in its folder after "npm ci", or install Node ${NEEDED}.`;
}

/**
 * Ends the process with one sentence if Node is too old. Call it before importing any other module, because an old Node
 * may fail on those with a syntax error.
 */
export function requireNode(): void {
  const why = whyNotOn(process.versions.node);
  if (why === undefined) return;
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
