import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { KinshipFiller } from './kinship-filler.js';
import { KinshipWriter, type KinshipTarget } from './kinship-writer.js';

/** Relationships between individuals, and the families that follow from them. */
export const kinship = defineReadModel<KinshipTarget>({
  name: 'kinship',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE numbered_relationship (
  relationship_id uuid NOT NULL,
  kind text NOT NULL,
  child int NOT NULL,
  other int NOT NULL,
  domain text NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['RelationshipsEnded'] } },
    ),
    readTable(
      `CREATE TABLE numbered_family (
  -- By order in which they were first linked.
  number int NOT NULL,
  family_id uuid NOT NULL,
  scope text NOT NULL,
  review boolean NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['FamiliesDissolved'] } },
    ),
    readTable(
      `CREATE TABLE numbered_member (
  individual int NOT NULL,
  family int NOT NULL,
  scope text COLLATE "C" NOT NULL
);`,
      {
        key: ['individual', 'scope'],
        erasure: { holds: 'what follows from records', goesWith: ['FamiliesLinked', 'FamiliesDissolved'] },
      },
    ),
  ],
  views: `CREATE VIEW relationship AS
  SELECT k.relationship_id, k.kind, child.individual_id AS child_id, other.individual_id AS other_id, k.domain
  FROM numbered_relationship k
  JOIN numbered_individual child ON child.number = k.child
  JOIN numbered_individual other ON other.number = k.other;
CREATE VIEW family AS SELECT family_id, scope, review FROM numbered_family;
CREATE VIEW family_member AS
  SELECT m.scope, i.individual_id, f.family_id
  FROM numbered_member m
  JOIN numbered_individual i ON i.number = m.individual
  JOIN numbered_family f ON f.number = m.family;
`,
  indexes: `ALTER TABLE numbered_relationship ADD PRIMARY KEY (relationship_id);
ALTER TABLE numbered_family ADD PRIMARY KEY (number);
CREATE UNIQUE INDEX numbered_family_id ON numbered_family (family_id);
ALTER TABLE numbered_member ADD PRIMARY KEY (individual, scope);
CREATE INDEX numbered_member_family ON numbered_member (family);
`,
  open: (writing) => new KinshipWriter(writing),
  fill: (filling) => new KinshipFiller(filling),
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
    // The linker publishes separate events for the effect of a merge or a split on relationships and families.
    IndividualsMerged: 'ignored',
    IndividualSplit: 'ignored',
    LinkReferred: 'ignored',
    LinkReferralLapsed: 'ignored',
    LinkForbidden: 'ignored',
    LinkReviewed: 'ignored',
    LinkAllowed: 'ignored',
    ReviewGiven: 'ignored',
    QuarterClosed: 'ignored',
    FiguresPublished: 'ignored',
    ReleasePublished: 'ignored',
    ReleaseWithdrawn: 'ignored',
    KeyRotationBegun: 'ignored',
    RecordsRekeyed: 'ignored',
    KeyRotated: 'ignored',
    SigningKeyChanged: 'ignored',
  },
});
