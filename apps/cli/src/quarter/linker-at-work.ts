import type { LinkerApi } from '../api/linker.js';
import { Failure } from '../failure.js';

/** @throws Failure while the linker has halted: it carries out nothing that is asked for. */
export async function requireAtWork(linker: Pick<LinkerApi, 'status'>): Promise<void> {
  const { halt } = await linker.status();
  if (halt !== undefined)
    throw new Failure(`asked for, but not carried out yet: the linker has halted: ${halt.message}`);
}
