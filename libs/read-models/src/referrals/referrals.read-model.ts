import { copyInto } from '@kinledger/database';
import { defineReadModel, type EventOf, type Writing } from '../read-model.js';
import { readTable } from '../read-table.js';

/** Links that wait for a manual review. */
export const referrals = defineReadModel({
  name: 'referrals',
  version: 1,
  tables: [
    readTable(
      `CREATE TABLE referral (
  referral_id uuid PRIMARY KEY,
  reason text NOT NULL,
  rule text NOT NULL,
  subject uuid NOT NULL,
  candidates uuid[] NOT NULL,
  referred bigint NOT NULL
);`,
      { erasure: { holds: 'what follows from records', goesWith: ['LinkReferralLapsed'] } },
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
    LinkForbidden: 'ignored',
    LinkReviewed: 'ignored',
    LinkAllowed: 'ignored',
    FamiliesLinked: 'ignored',
    FamiliesDissolved: 'ignored',
    QuarterClosed: 'ignored',
    FiguresPublished: 'ignored',
    KeyRotationBegun: 'ignored',
    RecordsRekeyed: 'ignored',
    KeyRotated: 'ignored',
    SigningKeyChanged: 'ignored',
  },
});

class ReferralsWriter {
  readonly #writing: Writing;

  constructor(writing: Writing) {
    this.#writing = writing;
  }

  refer(event: EventOf<'LinkReferred'>): Promise<void> | undefined {
    return this.#writing.batch.add(this.#write, event);
  }

  lapse(referral: string): Promise<void> | undefined {
    return this.#writing.batch.add(this.#delete, referral);
  }

  readonly #write = async (events: readonly EventOf<'LinkReferred'>[]): Promise<void> => {
    await copyInto(
      this.#writing.client,
      'referral',
      ['referral_id', 'reason', 'rule', 'subject', 'candidates', 'referred'],
      events.map(({ data, revision }) => [
        data.referral,
        data.reason,
        data.rule,
        data.subject,
        data.candidates,
        revision,
      ]),
    );
  };

  readonly #delete = async (referrals: readonly string[]): Promise<void> => {
    await this.#writing.client.query('DELETE FROM referral WHERE referral_id = ANY ($1::uuid[])', [
      referrals,
    ]);
  };
}
