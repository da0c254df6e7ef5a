import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { KinshipWriter } from './kinship-writer.js';

/** Who is kin to whom, and the families that follow. */
export const kinship = defineReadModel({
  name: 'kinship',
  version: 2,
  tables: [
    readTable(
      `CREATE TABLE relationship (
  relationship_id uuid PRIMARY KEY,
  kind text NOT NULL,
  child_id uuid NOT NULL,
  other_id uuid NOT NULL,
  domain text NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['RelationshipsEnded'] } },
    ),
    readTable(
      `CREATE TABLE family (
  family_id uuid PRIMARY KEY,
  scope text NOT NULL,
  review boolean NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['FamiliesDissolved'] } },
    ),
    readTable(
      `CREATE TABLE family_member (
  scope text NOT NULL,
  individual_id uuid NOT NULL,
  family_id uuid NOT NULL,
  PRIMARY KEY (scope, individual_id)
);`,
      {
        key: ['scope', 'individual_id'],
        erasure: { holds: 'what follows from records', goesWith: ['FamiliesLinked', 'FamiliesDissolved'] },
      },
    ),
  ],
  indexes: 'CREATE INDEX family_member_family ON family_member (family_id);\n',
  open: (writing) => new KinshipWriter(writing),
  handles: {
    RelationshipsIdentified: (writer, { data }) => writer.identify(data.relationships),
    RelationshipsEnded: (writer, { data }) => writer.end(data.relationships),
    FamiliesLinked: (writer, { data }) => writer.link(data),
    FamiliesDissolved: (writer, { data }) => writer.dissolve(data.families.map(({ family }) => family)),
    ProgrammeDefined: 'ignored',
    StrategyAdopted: 'ignored',
    SubmissionReceived: 'ignored',
    SubmissionLinked: 'ignored',
    SubmissionWithdrawn: 'ignored',
    SubmissionParked: 'ignored',
    RecordsRetired: 'ignored',
    RecordsCarried: 'ignored',
    CarrierChanged: 'ignored',
    ConsentRefused: 'ignored',
    SubmissionUnparked: 'ignored',
    RecordsPlaced: 'ignored',
    // The linker says in events of their own what a merge or a split does to relationships and families.
    IndividualsMerged: 'ignored',
    IndividualSplit: 'ignored',
    LinkReferred: 'ignored',
    LinkReferralLapsed: 'ignored',
    LinkForbidden: 'ignored',
    LinkReviewed: 'ignored',
    LinkAllowed: 'ignored',
  },
});
