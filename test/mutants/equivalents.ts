import type { Equivalent } from './equivalent.js';
import { linkageEquivalents } from './linkage-equivalents.js';
import type { Mutant } from './mutant.js';
import { survivorshipEquivalents } from './survivorship-equivalents.js';

const planKinship = 'libs/domain/src/linkage/plan-kinship.ts';

/** Recomputing unchanged kinship gives an empty difference. */
const reachesMore = 'works kinship out anew that stands as it is: more work for the same';

/** Every change that is known to alter no answer. */
export const equivalents: readonly Equivalent[] = [
  {
    file: 'libs/figures/src/reach/reach.ts',
    code: "SELECT DISTINCT start, strand, service, individual, family, role FROM qualifying WHERE state = 'linked'",
    because: 'only DISTINCT and existence are asked of these rows, so that a row twice is a row once',
  },
  {
    file: 'libs/figures/src/reach/reach.ts',
    code: "SELECT DISTINCT start, scope, individual, family, role FROM ${inScopes('present')}",
    because: 'only DISTINCT and existence are asked of these rows, so that a row twice is a row once',
  },
  {
    file: 'libs/figures/src/reach/qualifying.ts',
    code: "WHERE r.qualifying AND r.state <> 'retired'",
    replacements: [''],
    because: 'each figure asks for rows of one state, and for none of the retired',
  },
  {
    file: 'libs/figures/src/reach/told-apart.ts',
    code: "WHERE r.state = 'linked' AND r.individual IN (SELECT individual FROM attended)",
    replacements: [''],
    because: 'the individuals of others are left out below, where `attended` joins',
  },
  ...(
    [
      [
        'if (!records.isCarerAt(at) && (person || this.#flips(token))) touched.add(token);',
        '!records.isCarerAt(at)',
      ],
      ['if (!records.isCarerAt(at)) this.#takeFactsOn(records.tokenAt(at));', 'true'],
      ['if (byBirthDate && records.birthDateOf(holder) !== birthDate) continue;', 'false'],
    ] as const
  ).map(([code, replacement]) => ({
    ...{ file: 'libs/domain/src/linkage/plan-individuals.ts', code, replacements: [replacement] },
    because: 'records are weighed anew whom the change does not reach: more work for the same',
  })),
  {
    file: 'libs/domain/src/linkage/plan-individuals.ts',
    code: "before !== NONE && records.outcomeOf(before) === 'placed' && records.individualOf(before) !== individual",
    replacements: ["before !== NONE && records.outcomeOf(before) === 'placed'"],
    because: 'an individual is weighed anew to which the fact belonged already: more work for the same',
  },
  {
    file: 'libs/domain/src/submissions/standing.ts',
    code: 'if (superseded.has(next)) continue;',
    replacements: ['false'],
    because: 'a submission supersedes earlier ones alone, so that following it twice ends, with the same set',
  },
  {
    file: 'libs/domain/src/linkage/row-key-table.ts',
    code: 'return key === NONE ? NONE : this.#live.get(key);',
    replacements: ['(this.#live.get(key))'],
    because: 'a typed array has no value at -1, which is NONE: the row is not that of any record either way',
  },
  {
    file: 'libs/domain/src/submissions/effect-tally.ts',
    code: 'loses: namedLost + Math.max(0, aloneLost - (ownStand ? rowsAlone : 0)),',
    replacements: ['(rowsAlone)'],
    because:
      'a file replaces those of its own period alone: where a later full extract overtakes it, no row beside it stood',
  },
  {
    file: 'libs/domain/src/submissions/effect-tally.ts',
    code: 'if (stands(row.file) && (best === undefined || this.#rankOf(row) > this.#rankOf(best))) best = row;',
    replacements: ['>='],
    because: 'no two files of a dataset have one period and sequence, which make the id of a submission',
  },
  {
    file: planKinship,
    code: 'if ((scopes & ~this.#scopesOf(other)) === 0) return true;',
    replacements: ['false'],
    because: reachesMore,
  },
  { file: planKinship, code: 'this.#reachedClusters.add(cluster);', because: reachesMore },
  {
    file: planKinship,
    code: 'if (seen.has(token)) continue;',
    replacements: ['false'],
    because:
      'a token that is read twice relates the same individuals again: the strongest of equal relationships stays',
  },
  {
    file: 'libs/domain/src/linkage/archive.ts',
    code: 'if (this.#filled === this.#piece.byteLength) await this.finish();',
    replacements: ['true'],
    because: 'the size of a piece: a reader takes pieces of any size one after the other',
  },
  {
    file: 'libs/domain/src/linkage/typed-column.ts',
    code: 'if (length <= this.#length) return;',
    replacements: ['<'],
    because: 'a column that has the length already is filled with nothing',
  },
  {
    file: 'libs/service-kit/src/access/access-file-identity.ts',
    code: 'if (now === this.#readAt) return;',
    replacements: ['false'],
    because: 'a file that has not changed is read again: more work for the same accounts',
  },
  ...survivorshipEquivalents,
  ...linkageEquivalents,
];

/** Why a mutant changes no result, or undefined. */
export const equivalenceOf = ({ file, code, replacement }: Mutant): string | undefined =>
  equivalents.find(
    (known) =>
      known.file === file &&
      known.code === code &&
      (known.replacements === undefined || known.replacements.includes(replacement)),
  )?.because;
