import { defineReadModel } from '../read-model.js';
import { readTable } from '../read-table.js';
import { ReferralsWriter } from './referrals-writer.js';

/** Links that wait for a manual review, and what reviewers said and decided. */
export const referrals = defineReadModel({
  name: 'referrals',
  version: 2,
  tables: [
    readTable(
      `CREATE TABLE referral (
  referral_id uuid PRIMARY KEY,
  reason text NOT NULL,
  rule text NOT NULL,
  -- Millibits, and the level of each field; absent where the rule does not score.
  score bigint,
  levels jsonb,
  subject uuid NOT NULL,
  candidates uuid[] NOT NULL,
  -- Ledger position, and the time of what caused it.
  referred bigint NOT NULL,
  referred_at timestamptz NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['LinkReferralLapsed'] } },
    ),
    readTable(
      `CREATE TABLE review (
  -- Ledger position.
  position bigint PRIMARY KEY,
  -- opinion: an answer that settled nothing; decision; undone.
  kind text NOT NULL,
  -- same, different or unsure; absent for what is undone.
  answer text,
  -- Row keys in ascending order: they name the pair in later files too.
  one uuid NOT NULL,
  other uuid NOT NULL,
  -- What was reviewed; absent for a decision that no referral asked for.
  referral_id uuid,
  subject uuid,
  candidate uuid,
  reason text NOT NULL,
  decided_by text NOT NULL,
  organisation text,
  decided_at timestamptz NOT NULL,
  cause text NOT NULL
);
CREATE INDEX review_pair ON review (one, other);`,
      { erasure: { holds: 'what people decided' } },
    ),
  ],
  open: (writing) => new ReferralsWriter(writing),
  handles: {
    LinkReferred: (writer, event) => writer.refer(event),
    LinkReferralLapsed: (writer, { data }) => writer.lapse(data.referral),
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
    RelationshipsIdentified: 'ignored',
    RelationshipsEnded: 'ignored',
    ReviewGiven: (writer, event) => writer.review(event),
    LinkForbidden: (writer, event) => writer.review(event),
    LinkReviewed: (writer, event) => writer.review(event),
    LinkAllowed: (writer, event) => writer.review(event),
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
