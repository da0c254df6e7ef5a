import { defineReadModel } from '../read-model.js';
import type { RecordsTarget } from './placements.js';
import { RecordsFiller } from './records-filler.js';
import { RecordsWriter } from './records-writer.js';
import { indexes, tables, views } from './tables.js';

/**
 * Records, the content of their rows, and the individuals that they belong to: an individual is a function of its
 * records.
 */
export const records = defineReadModel<RecordsTarget>({
  name: 'records',
  version: 2,
  ...{ tables, views, indexes },
  open: (writing) => new RecordsWriter(writing),
  fill: (filling) => new RecordsFiller(filling),
  handles: {
    ProgrammeDefined: (writer) => writer.define(),
    SubmissionReceived: (writer, { data }) => writer.receive(data),
    RecordsPlaced: (writer, event, bodies) => writer.place(event, bodies),
    RecordsRetired: (writer, { data }) => writer.retire(data.records),
    RecordsCarried: (writer, { data }) => writer.carry(data.submission, data.records, false),
    CarrierChanged: (writer, { data }) => writer.carry(data.submission, data.records, true),
    IndividualsMerged: (writer, { data }) => writer.merge(data),
    IndividualSplit: (writer, { data }) => writer.split(data),
    StrategyAdopted: 'ignored',
    SubmissionLinked: 'ignored',
    SubmissionWithdrawn: 'ignored',
    SubmissionParked: 'ignored',
    // RecordsRetired lists the records that it retires.
    ConsentRefused: 'ignored',
    SubmissionUnparked: 'ignored',
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
