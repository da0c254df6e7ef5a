import type { DataOutputSpecification } from './specification.js';

export interface Destruction {
  readonly specification: DataOutputSpecification;
  readonly programme: string;
  readonly destroyedBy: string;
  /** ISO 8601, UTC. */
  readonly destroyedAt: string;
  readonly extracts: readonly {
    readonly position: number;
    readonly madeAt: string;
    readonly manifest: string | null;
  }[];
}

/** What the platform certifies when it has destroyed a study’s key, and what the recipient signs for its copies. */
export const certificateOf = ({
  specification: { study, title, recipient, expires },
  programme,
  destroyedBy,
  destroyedAt,
  extracts,
}: Destruction): string => `# Certificate of destruction: "${study}"

Programme: ${programme}
Study: ${title}

## The platform

The key of this study’s pseudonyms was destroyed on ${destroyedAt} by ${destroyedBy}. From then on nobody can relate a
pseudonym of the study to an individual of the platform, and no further extract of it can be made. Backups of the platform’s
database made before may hold the key until they are deleted.

| extract at ledger position | made | SHA-256 of its manifest |
| ---: | --- | --- |
${extracts.map(({ position, madeAt, manifest }) => `| ${position} | ${madeAt} | ${manifest ?? 'not completed'} |`).join('\n')}

## The recipient

${recipient.organisation} destroyed every copy of the files above, backups and derived rows about single people
included, by ${expires} at the latest.

Name and role: ______________________________

How they were destroyed: ______________________________

Signature and date: ______________________________
`;
