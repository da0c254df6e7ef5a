import type { ServiceName } from '@kinledger/contracts';

/** Memory settings of a service's process. None is a limit: with more rows a service takes more. */
export interface MemorySettings {
  /** Command line options of Node. */
  readonly nodeOptions: readonly string[];
  /** Variables of glibc’s allocator; other C libraries ignore them. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * By default Node’s young generation has two halves of 64 MiB per thread, which a busy service fills. With 16 MiB the
 * garbage collector runs more often, with less work each time.
 */
const YOUNG = '--max-semi-space-size=16';

/**
 * Returns the memory of outgrown index columns to the system at once, instead of leaving holes in the heap. By default
 * glibc raises the threshold for mapping memory to the largest block freed so far (mallopt(3), M_MMAP_THRESHOLD).
 */
const INDEX = { MALLOC_MMAP_THRESHOLD_: String(1024 * 1024) };

export const memorySettings = (service: ServiceName): MemorySettings =>
  service === 'linker'
    ? { nodeOptions: [YOUNG], environment: unlessChosen(INDEX) }
    : { nodeOptions: [YOUNG], environment: {} };

/** Leaves out variables that the user has set. */
const unlessChosen = (environment: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => process.env[name] === undefined));
