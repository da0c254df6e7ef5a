import { jarsAreHere } from './jars.js';
import { requireJava } from './java.js';
import { requireMaven } from './maven.js';

/** What a broker would need and this machine lacks, in a sentence; undefined when one can be started. */
export function absentTools(): string | undefined {
  try {
    requireJava();
    if (!jarsAreHere()) requireMaven();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
