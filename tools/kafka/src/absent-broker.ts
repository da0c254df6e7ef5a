import { absentTools } from './absent-tools.js';
import { requireJars } from './jars.js';

/**
 * Says why this machine cannot start a broker: a tool is missing, or Maven cannot fetch the jars. Undefined if it can;
 * the jars are then present.
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
