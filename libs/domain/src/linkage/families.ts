import type { RowKey, ServiceId } from '@kinledger/contracts';
import type { FamilyScope } from './decider.js';
import { marksOf } from './evidence.js';
import { HolderCount, type ForceLimits } from './force.js';
import {
  kinshipOf,
  MAX_ADULTS_WITHOUT_REVIEW,
  PROGRAMME_SCOPE,
  type KinKind,
  type KinToken,
} from './kinship.js';
import type { LinkageRecord, Partition } from './partition.js';
import { RowReader } from './row-reader.js';
import type { Strategy } from './strategy.js';

/** A live record and its service, which determines the scopes in which it is evidence. */
export interface KinRecord extends LinkageRecord {
  readonly service: ServiceId;
}

/**
 * An individual is named by its representative: the smallest row key of its person records or, without any, of its
 * facts.
 */
export interface Relationship {
  readonly kind: KinKind;
  readonly child: RowKey;
  readonly other: RowKey;
  readonly rule: string;
}

export interface Family {
  readonly scope: string;
  readonly members: readonly RowKey[];
  readonly review: boolean;
}

export interface Families {
  readonly relationships: readonly Relationship[];
  readonly families: readonly Family[];
}

/**
 * The relationships and families of a programme, and the families of each scope, as a function of the set of live
 * records and their partition. A person alone is in no family here; figures count such a person as a family of one.
 */
export function familiesOf(
  records: readonly KinRecord[],
  { groups, tokensWithoutForce }: Partition,
  familyScopes: readonly FamilyScope[],
  strategy: Strategy,
): Families {
  const nodeOf = new Map<RowKey, number>();
  groups.forEach(({ persons, facts }, node) => {
    for (const rowKey of [...persons, ...facts]) nodeOf.set(rowKey, node);
  });
  const children = new Set<RowKey>();
  const withoutForce = new Set(tokensWithoutForce.map(({ domain, token }) => `${domain} ${token}`));
  const tokens = new Map<string, TokenEvidence>();
  const { channels } = strategy;
  const reader = new RowReader(strategy);

  for (const record of records) {
    const node = nodeOf.get(record.rowKey);
    const child = record.role === 'child';
    if (record.kind === 'impersonal') continue;
    if (child) children.add(record.rowKey);
    const marks = marksOf(reader.readingOf(record), channels);
    const { own, carers } = strategy.tokensOf(record);
    for (const { channel, token } of child ? carers : own) {
      const key = `${channels.domainOf(channel)} ${token}`;
      const evidence = tokens.get(key) ?? new TokenEvidence(channel, strategy.carerLimits);
      tokens.set(key, evidence);
      if (child) evidence.holders.add(marks);
      if (node === undefined) continue;
      const side = child ? evidence.children : evidence.adults;
      side.set(node, (side.get(node) ?? 0) | scopesOf(record.service, familyScopes));
    }
  }

  const kinTokens: KinToken[] = [];
  for (const [key, { channel, holders, children, adults }] of tokens) {
    if (!holders.hasForce || withoutForce.has(key)) continue;
    kinTokens.push({ channel, children: evidenceIn(children), adults: evidenceIn(adults) });
  }
  const kinship = kinshipOf(kinTokens, groups.length, familyScopes.length + 1, (one, other) => one - other);
  const representative = (node: number): RowKey => {
    const { persons, facts } = groups[node] as Partition['groups'][number]; // a node
    return (persons[0] ?? facts[0]) as RowKey; // a group has a record
  };
  return {
    relationships: kinship.relationships.map(({ kind, child, other, channel }) => ({
      kind,
      child: representative(child),
      other: representative(other),
      rule: channels.domainOf(channel),
    })),
    families: kinship.families.flatMap((families, index) =>
      families.map((members) => ({
        scope: familyScopes[index - 1]?.scope ?? PROGRAMME_SCOPE,
        members: members.map(representative).sort(),
        review:
          members.filter((node) => !children.has(representative(node))).length > MAX_ADULTS_WITHOUT_REVIEW,
      })),
    ),
  };
}

class TokenEvidence {
  /** Counts the children's rows that carry the token as their carer's. */
  readonly holders: HolderCount;
  /** For each individual, the scopes in which it has evidence, as bits. */
  readonly children = new Map<number, number>();
  readonly adults = new Map<number, number>();

  constructor(
    readonly channel: number,
    limits: ForceLimits,
  ) {
    this.holders = new HolderCount(limits);
  }
}

const evidenceIn = (side: ReadonlyMap<number, number>) =>
  [...side].map(([node, scopes]) => ({ node, scopes }));

/** The scopes in which a service's records are evidence, as bits; bit 0 is the programme. */
export const scopesOf = (service: string, familyScopes: readonly FamilyScope[]): number =>
  familyScopes.reduce(
    (bits, { services }, index) => (services.includes(service) ? bits | (2 << index) : bits),
    1,
  );
