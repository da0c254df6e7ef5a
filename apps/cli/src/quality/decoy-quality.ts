import { asNamed, opKin1 } from '@kinledger/derivations';
import {
  assessWithout,
  linkDecoys,
  type DecoyOutcome,
  type LinkageQuality,
  type LinkErrors,
} from '@kinledger/linkage-quality';
import { errorsOf } from './bounded-reach.js';
import { constraintsIn, linkageRecordsOf, type LedgerRecords } from './read-live-records.js';

/** The identifier that is held out: it belongs to one person, and is checked by its last digit. */
const HELD_OUT = 'nhs-number';

/** What a ledger says of its own linkage, without any truth. */
export interface DecoyQuality {
  readonly strategy: string;
  readonly records: number;
  readonly decoys: DecoyOutcome;
  /** The linkage of records with an NHS number, as if nobody had one; by role. */
  readonly heldOut: Readonly<Record<'all' | 'child' | 'adult', LinkageQuality>>;
  /** Rates that follow, by kind of figure. */
  readonly errors: Readonly<Record<'children' | 'adults', LinkErrors>>;
}

/** Links the live records again by the strategy in force, in memory: with decoys, and without NHS numbers. */
export function decoyQuality(
  ledger: LedgerRecords,
  { count, seed }: { readonly count: number; readonly seed: string },
): DecoyQuality {
  const { definition } = ledger;
  const strategy = ledger.requireStrategy();
  const live = linkageRecordsOf(ledger);
  const constraints = constraintsIn(ledger);
  const without = assessWithout(HELD_OUT, live, constraints, strategy, { fieldOf, seed });
  const heldOut = {
    all: without(() => true),
    child: without(({ role }) => role === 'child'),
    adult: without(({ role }) => role === 'adult'),
  };
  return {
    strategy: definition.strategy.name,
    records: live.length,
    decoys: linkDecoys(live, constraints, strategy, { count, seed, fieldOf }),
    heldOut,
    errors: {
      children: errorsOf(heldOut.child.measures),
      adults: errorsOf(heldOut.adult.measures),
    },
  };
}

const fieldsByName = new Map<string, string>(
  opKin1.rungs.map(({ field, derivation }) => [
    derivation.name,
    field === 'given-name-part' ? 'given-name' : field,
  ]),
);

/** The field of a derivation; undefined for a candidate key, which is made of several. */
export const fieldOf = (derivation: string): string | undefined => fieldsByName.get(asNamed(derivation).name);
