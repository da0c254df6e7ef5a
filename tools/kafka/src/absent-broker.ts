import { absentTools } from './absent-tools.js';
import { requireJars } from './jars.js';

/**
 * Why no broker can be started here, in a sentence: a tool is missing, or the jars are not here and Maven cannot fetch
 * them. Undefined when one can be; then the jars are here.
 */
export async function absentBroker(): Promise<string | undefined> {
  const absent = absentTools();
  if (absent !== undefined) return absent;
  try {
    await requireJars();
    return undefined;
  } catch (error) {
    const [sentence] = (error instanceof Error ? error.message : String(error)).split('\n');
    return sentence;
  }
}
