import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { QuartersWriter } from './quarters-writer.js';

/** Quarters that are closed, and the published form of their figures. */
export const quarters = defineReadModel({
  name: 'quarters',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE closed_quarter (
  period text PRIMARY KEY,
  -- Ledger position of the closing event, at which the figures are computed.
  closing bigint NOT NULL UNIQUE,
  closed_at timestamptz NOT NULL,
  closed_by text NOT NULL,
  reason text NOT NULL,
  -- All that the figures depend on.
  versions jsonb NOT NULL,
  -- Datasets and periods without anything to report; null where the closing does not say it.
  nil_returns jsonb,
  -- The rest is absent until the figures are published.
  published_at bigint,
  digest text,
  commitment text,
  -- After disclosure control.
  figures jsonb
);`,
      { erasure: { holds: 'nobody' } },
    ),
  ],
  open: (writing) => new QuartersWriter(writing),
  handles: {
    QuarterClosed: (writer, event) => writer.close(event),
    FiguresPublished: (writer, event) => writer.publish(event),
    KeyRotationBegun: 'ignored',
    RecordsRekeyed: 'ignored',
    KeyRotated: 'ignored',
    SigningKeyChanged: 'ignored',
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
  },
});
