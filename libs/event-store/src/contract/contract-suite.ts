import { describe } from 'vitest';

/** Instead of a factory: what the suite would need is not there. */
export interface Absent {
  readonly absent: string;
}

/** Declares a suite of cases for one adapter, or the same cases as skipped, with the reason in the name. */
export function contractSuite<Factory extends (...args: never[]) => unknown>(
  port: string,
  adapter: string,
  factory: Factory | Absent,
  declare: (factory: Factory) => void,
): void {
  const title = `${port} contract: ${adapter}`;
  if ('absent' in factory) {
    // Skipped cases run nothing, neither hooks nor tests: the factory is never called.
    describe.skip(`${title} (absent: ${factory.absent})`, () =>
      declare((() => undefined) as unknown as Factory));
  } else describe(title, () => declare(factory));
}
