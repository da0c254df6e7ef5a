import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { QuartersWriter } from './quarters-writer.js';

/** Quarters that are closed, in each edition, the published form of their figures, and what leaves of them. */
export const quarters = defineReadModel({
  name: 'quarters',
  version: 2,
  tables: [
    readTable(
      `CREATE TABLE closed_quarter (
  -- Ledger position of the closing event, at which the figures are computed.
  closing bigint PRIMARY KEY,
  period text NOT NULL,
  -- Which closing of the quarter this is, from 1.
  edition int NOT NULL,
  closed_at timestamptz NOT NULL,
  closed_by text NOT NULL,
  reason text NOT NULL,
  -- All that the figures depend on.
  versions jsonb NOT NULL,
  -- Datasets and periods without anything to report; null where the closing does not say it.
  nil_returns jsonb,
  -- Whether the figures leave by an act, and not as soon as they are computed.
  by_act boolean NOT NULL,
  -- The next five are absent until the figures are computed.
  published_at bigint,
  digest text,
  commitment text,
  -- After disclosure control.
  figures jsonb,
  -- Absent too where the published form has none.
  audit jsonb,
  -- What leaves: nothing yet; its published form; no more, since another edition does; no more at all.
  standing text NOT NULL CHECK (standing IN ('unpublished', 'published', 'superseded', 'withdrawn')),
  -- The act of publishing; absent where there is none.
  released bigint,
  released_at timestamptz,
  released_by text,
  release_reason text,
  -- The act that ended it: of publishing another edition, or of withdrawing this one.
  ended bigint,
  ended_at timestamptz,
  ended_by text,
  end_reason text,
  UNIQUE (period, edition)
);`,
      { erasure: { holds: 'nobody' } },
    ),
  ],
  open: (writing) => new QuartersWriter(writing),
  handles: {
    QuarterClosed: (writer, event) => writer.close(event),
    FiguresPublished: (writer, event) => writer.compute(event),
    ReleasePublished: (writer, event) => writer.publish(event),
    ReleaseWithdrawn: (writer, event) => writer.withdraw(event),
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
