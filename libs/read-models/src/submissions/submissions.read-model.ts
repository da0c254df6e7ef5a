import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { SubmissionsWriter } from './submissions-writer.js';

/** Submitted files, and the decision about each. */
export const submissions = defineReadModel({
  name: 'submissions',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE submission (
  submission_id uuid PRIMARY KEY,
  intake int NOT NULL,
  provider text,
  dataset text,
  period text,
  period_start date,
  sequence int,
  extract_kind text,
  state text NOT NULL,
  reason text,
  attested_by text,
  on_behalf_of text,
  agreement text,
  pseudonymised_at_source boolean,
  supersedes uuid[] NOT NULL,
  counts jsonb,
  findings jsonb,
  outcomes jsonb,
  received_at timestamptz,
  opened bigint NOT NULL,
  closed bigint NOT NULL,
  -- By order of appearance in the ledger.
  number int NOT NULL UNIQUE
);`,
      { erasure: { holds: 'nobody' } },
    ),
    readTable('CREATE TABLE numbered_dataset (number smallint PRIMARY KEY, dataset text NOT NULL UNIQUE);', {
      erasure: { holds: 'nobody' },
    }),
  ],
  open: (writing) => new SubmissionsWriter(writing),
  handles: {
    SubmissionReceived: (writer, event) => writer.receive(event),
    SubmissionLinked: (writer, { data, revision }) =>
      writer.close(data.submission, { state: 'linked', revision, outcomes: data.outcomes }),
    SubmissionWithdrawn: (writer, { data, revision }) =>
      writer.close(data.submission, { state: 'withdrawn', revision, reason: data.reason }),
    SubmissionParked: (writer, event) => writer.park(event),
    ProgrammeDefined: 'ignored',
    StrategyAdopted: 'ignored',
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
