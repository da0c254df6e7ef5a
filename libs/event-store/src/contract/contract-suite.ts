import { describe } from 'vitest';

/** Takes the place of a factory whose requirements are absent on this machine. */
export interface Absent {
  readonly absent: string;
}

/**
 * Declares a suite of cases for one adapter; if the factory is absent, declares them as skipped, with the reason in the
 * name.
 */
export function contractSuite<Factory extends (...args: never[]) => unknown>(
  port: string,
  adapter: string,
  factory: Factory | Absent,
  declare: (factory: Factory) => void,
): void {
  const title = `${port} contract: ${adapter}`;
  if ('absent' in factory) {
    // Vitest runs neither hooks nor tests of a skipped suite, so the factory is never called.
    describe.skip(`${title} (absent: ${factory.absent})`, () =>
      declare((() => undefined) as unknown as Factory));
  } else describe(title, () => declare(factory));
}
