import { jarsAreHere } from './jars.js';
import { requireJava } from './java.js';
import { requireMaven } from './maven.js';

/** Says which tool for a broker is missing on this machine; undefined if none is. */
export function absentTools(): string | undefined {
  try {
    requireJava();
    if (!jarsAreHere()) requireMaven();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
