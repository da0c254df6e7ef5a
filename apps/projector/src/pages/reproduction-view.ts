import { countName, figureName } from './count-names.js';
import type { Reproduction } from '../recounts/reproduce-quarter.js';
import type { ShownReproduction } from '../recounts/shown-recount.js';

export const outcomeNames: Readonly<
  Record<Reproduction['outcome'], { readonly text: string; readonly colour: string }>
> = {
  identical: { text: 'Identical', colour: 'govuk-tag--green' },
  erased: { text: 'Stands; records were erased since', colour: 'govuk-tag--blue' },
  'not-comparable': { text: 'Published form identical', colour: 'govuk-tag--yellow' },
  different: { text: 'Different', colour: 'govuk-tag--red' },
};

/** What the page of a reproduction shows. Without exact counts for whoever may not see them. */
export function reproductionView(
  found: Reproduction | ShownReproduction,
  scopes: ReadonlyMap<string, string>,
) {
  const { outcome, kept, digest, recountedDigest, closing, changedSince } = found;
  return {
    outcome: outcomeNames[outcome],
    finding: findingOf(found),
    facts: [
      {
        key: 'Counted up to',
        value: [
          `ledger position ${number(closing)}, at which edition ${found.edition} of the quarter closed`,
        ],
      },
      { key: 'Digest as closed', value: [{ id: digest }] },
      { key: 'Digest as counted again', value: [{ id: recountedDigest }] },
      { key: 'Full figures that are kept', value: [keptNames[kept]] },
      ...(changedSince.length === 0
        ? []
        : [
            {
              key: 'Queries written anew since',
              value: [`${changedSince.join(', ')}: their answers are what is compared here`],
            },
          ]),
    ],
    differences:
      'differences' in found
        ? found.differences.map((cell) => ({
            figure: figureName(cell.figure),
            scope: scopes.get(cell.scope) ?? cell.scope,
            name: countName(cell),
            before: number(cell.before),
            after: number(cell.after),
            difference: number(cell.after - cell.before),
            bound: number(cell.bound),
          }))
        : [],
  };
}

function findingOf(found: Reproduction | ShownReproduction): string {
  switch (found.outcome) {
    case 'identical':
      return 'Counted again from the ledger, the figures are those of the closing, to the last digit.';
    case 'erased':
      return 'erasures' in found
        ? `The figures of the closing stand. ${number(found.erasures.records)} records of ${number(found.erasures.individuals)} individuals were erased since; each count differs by no more than that can have changed it.`
        : 'The figures of the closing stand. Records were erased since; each count differs by no more than that can have changed it.';
    case 'not-comparable':
      return `The published form is identical. The full figures that are kept beside the ledger ${found.kept === 'missing' ? 'are missing' : 'are not those that the ledger commits to'}, so that they cannot be compared.`;
    case 'different':
      return 'The ledger gives other figures than those of the closing, and no erasure explains it. Verify the ledger.';
  }
}

const keptNames: Readonly<Record<Reproduction['kept'], string>> = {
  stand: 'those that the ledger commits to',
  differ: 'changed: not those that the ledger commits to',
  missing: 'missing',
};

const number = (value: number): string => value.toLocaleString('en-GB').replace('-', '−');
