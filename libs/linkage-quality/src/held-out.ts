import type { RowKey } from '@kinledger/contracts';
import { partition, type LinkageRecord, type LinkConstraints, type Strategy } from '@kinledger/domain';
import { assessLinkage, type LinkageQuality } from './assess-linkage.js';
import type { FieldOfDerivation } from './decoys.js';

/**
 * How well records are linked without an identifier of theirs: records that have it are linked, with all others, as if
 * nobody had it, and its values then say who is who. This measures the links that the other identifiers make, among
 * people who have this one.
 * @param domain of an identifier that belongs to one person, such as `nhs-number`.
 */
export function assessWithout(
  domain: string,
  records: readonly LinkageRecord[],
  constraints: LinkConstraints,
  strategy: Strategy,
  { fieldOf, seed }: { readonly fieldOf: FieldOfDerivation; readonly seed: string },
): (isJudged: (record: LinkageRecord) => boolean) => LinkageQuality {
  const without = records.map((record) => ({
    ...record,
    tokens: record.tokens.filter((token) => token.domain !== domain),
    derived: (record.derived ?? []).filter(({ derivation }) => fieldOf(derivation) !== domain),
  }));
  const individuals = new Map<RowKey, string>();
  for (const { persons, facts } of partition(without, constraints, strategy).groups)
    for (const rowKey of persons) individuals.set(rowKey, persons[0] ?? facts[0] ?? '');
  return (isJudged) =>
    assessLinkage(
      records.flatMap((record) => {
        const [person, ...others] = valuesOf(record, domain);
        if (record.kind !== 'person' || person === undefined || others.length > 0 || !isJudged(record))
          return [];
        return [{ person, individual: individuals.get(record.rowKey) }];
      }),
      seed,
    ).quality;
}

const valuesOf = ({ tokens }: LinkageRecord, domain: string): readonly string[] =>
  tokens.filter((token) => token.domain === domain && token.use === 'identity').map(({ token }) => token);
