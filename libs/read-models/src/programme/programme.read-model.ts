import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { ProgrammeWriter } from './programme-writer.js';

/** The programme definition in force. */
export const programme = defineReadModel({
  name: 'programme',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE programme (
  programme text PRIMARY KEY,
  definition jsonb NOT NULL,
  definition_digest text NOT NULL,
  strategy text,
  -- The rule of the priority population, as a path for a person; null without one.
  priority_path text,
  defined_at bigint NOT NULL
);`,
      { erasure: { holds: 'nobody' } },
    ),
    readTable('CREATE TABLE strand (strand text PRIMARY KEY, name text NOT NULL, ordinal int NOT NULL);', {
      erasure: { holds: 'nobody' },
    }),
    readTable(
      `CREATE TABLE service (
  service text PRIMARY KEY,
  strand text,
  name text NOT NULL,
  provider text NOT NULL,
  administrative boolean NOT NULL,
  individual_beneficiaries boolean NOT NULL,
  ordinal int NOT NULL
);`,
      { erasure: { holds: 'nobody' } },
    ),
    readTable(
      `CREATE TABLE dataset (
  dataset text PRIMARY KEY,
  service text NOT NULL,
  data_type text NOT NULL,
  extract_kind text NOT NULL,
  authority int NOT NULL,
  session_kinds text[] NOT NULL
);`,
      { erasure: { holds: 'nobody' } },
    ),
    readTable('CREATE TABLE sensitive_dataset (dataset text PRIMARY KEY);', { erasure: { holds: 'nobody' } }),
    readTable(
      `CREATE TABLE characteristic (
  characteristic text PRIMARY KEY,
  attribute text NOT NULL,
  title text NOT NULL,
  roles text[] NOT NULL,
  -- What values count as, where it is coarser than the attribute.
  groups jsonb,
  ordinal int NOT NULL
);`,
      { erasure: { holds: 'nobody' } },
    ),
    readTable(
      'CREATE TABLE area (lsoa text PRIMARY KEY, deprivation_decile int NOT NULL, in_area boolean NOT NULL, ward text);',
      { erasure: { holds: 'nobody' } },
    ),
  ],
  open: (writing) => new ProgrammeWriter(writing),
  handles: {
    ProgrammeDefined: (writer, event) => writer.define(event),
    StrategyAdopted: (writer, { data }) => writer.adopt(data.strategy),
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
    IndividualsMerged: 'ignored',
    IndividualSplit: 'ignored',
    LinkReferred: 'ignored',
    LinkReferralLapsed: 'ignored',
    LinkForbidden: 'ignored',
    LinkReviewed: 'ignored',
    LinkAllowed: 'ignored',
    ReviewGiven: 'ignored',
    RelationshipsIdentified: 'ignored',
    RelationshipsEnded: 'ignored',
    FamiliesLinked: 'ignored',
    FamiliesDissolved: 'ignored',
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
