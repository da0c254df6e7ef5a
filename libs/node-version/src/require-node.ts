/** The oldest that has everything the programs use, and the one that they are tested on. */
const NEEDED = 24;

/** What is said on a Node of this version, such as 20.20.2; undefined where the programs run on it. */
export function whyNotOn(version: string): string | undefined {
  const major = Number.parseInt(version, 10);
  if (major >= NEEDED) return undefined;
  return `Kinledger needs Node ${NEEDED} or later, and this is Node ${version}. npm brings the right one: start it with "npm run" or "npx" in its folder after "npm ci", or install Node ${NEEDED}.`;
}

/**
 * Ends the process with one sentence on a Node that is too old. To be called before any other module is read: a module
 * that such a Node cannot link ends it with a syntax error.
 */
export function requireNode(): void {
  const why = whyNotOn(process.versions.node);
  if (why === undefined) return;
  process.stderr.write(`${why}\n`);
  process.exit(1);
}
