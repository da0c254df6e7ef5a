import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { KinshipWriter } from './kinship-writer.js';

/** Who is kin to whom, and the families that follow. */
export const kinship = defineReadModel({
  name: 'kinship',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE relationship (
  relationship_id uuid PRIMARY KEY,
  kind text NOT NULL,
  child_id uuid NOT NULL,
  other_id uuid NOT NULL,
  domain text NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['RelationshipEnded'] } },
    ),
    readTable(
      `CREATE TABLE family (
  family_id uuid PRIMARY KEY,
  scope text NOT NULL,
  review boolean NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['FamilyDissolved'] } },
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
        erasure: { holds: 'what follows from records', goesWith: ['FamilyLinked', 'FamilyDissolved'] },
      },
    ),
  ],
  indexes: 'CREATE INDEX family_member_family ON family_member (family_id);\n',
  open: (writing) => new KinshipWriter(writing),
  handles: {
    RelationshipIdentified: (writer, { data }) => writer.identify(data),
    RelationshipEnded: (writer, { data }) => writer.end(data.relationship),
    FamilyLinked: (writer, { data }) => writer.link(data),
    FamilyDissolved: (writer, { data }) => writer.dissolve(data.family),
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
    IndividualRegistered: 'ignored',
    IndividualMatched: 'ignored',
    RecordSetAside: 'ignored',
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
