import { firstBands } from '@kinledger/domain';
import { z } from 'zod';
import { linkageStrategy } from './definition/linkage-strategy.js';

/** A strategy to link by, with the settings that a programme begins with. */
export interface ChosenStrategy {
  readonly name: 'leap-1' | 'kin-1';
  /** About how many rows of people the model of `kin-1` expects. */
  readonly rowsOfPeople?: number | undefined;
}

/** About how many rows of people `kin-1` expects if nobody says. */
export const USUAL_ROWS_OF_PEOPLE = 20_000;

/** Only what a change of strategy reads; checking a definition is not its task. */
const changeable = z.looseObject({
  version: z.int(),
  strategy: z.looseObject({ name: z.string() }),
  derivations: z.string().optional(),
});

/**
 * The text of a programme.json that links by the strategy. For `kin-1` the rows of people get derived tokens; a change
 * to `leap-1` leaves them. The version is one higher, unless nothing changes.
 * @throws Error if the text is no definition with a strategy.
 */
export function definitionUnder({ name, rowsOfPeople }: ChosenStrategy, text: string): string {
  const held = changeable.parse(JSON.parse(text));
  if (held.strategy.name === name && rowsOfPeople === undefined) return text;
  const { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken } =
    held.strategy;
  const limits = { maxBirthDatesPerToken, maxCasesPerToken, maxHoldersPerToken, maxChildrenPerCarerToken };
  const model = { coldStart: rowsOfPeople ?? USUAL_ROWS_OF_PEOPLE };
  const strategy = linkageStrategy.parse(
    name === 'leap-1' ? { name, ...limits } : { ...limits, ...firstBands, ...held.strategy, name, model },
  );
  const changed = {
    ...held,
    ...(name === 'kin-1' ? { derivations: 'op-kin-1' } : {}),
    strategy,
  };
  if (JSON.stringify(changed) === JSON.stringify(held)) return text;
  return `${JSON.stringify({ ...changed, version: held.version + 1 }, undefined, 2)}\n`;
}
