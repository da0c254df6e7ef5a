import type { ServiceName } from '@kinledger/contracts';

/** How a service's process holds its memory. None of it is a limit: with more rows a service takes more. */
export interface MemorySettings {
  /** Options of Node. */
  readonly nodeOptions: readonly string[];
  /** Variables of the C library’s allocator; where it is not glibc nobody reads them. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Node keeps two halves of 64 MiB for objects that have just been made, which a busy service touches in full, and each of
 * its threads has its own. With 16 MiB the collector runs more often and has less to do.
 */
const YOUNG = '--max-semi-space-size=16';

/**
 * What the index has grown out of goes back to the machine at once, instead of lying as holes among small buffers: glibc
 * otherwise maps only what is larger than anything that was ever freed (mallopt(3), M_MMAP_THRESHOLD).
 */
const INDEX = { MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

export const memorySettings = (service: ServiceName): MemorySettings =>
  service === 'linker'
    ? { nodeOptions: [YOUNG], environment: unlessChosen(INDEX) }
    : { nodeOptions: [YOUNG], environment: {} };

/** Without what the person who starts the services has set. */
const unlessChosen = (environment: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => process.env[name] === undefined));
