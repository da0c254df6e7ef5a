import {
  encodeCloudEvent,
  FamilyLinkedPublished,
  IndividualMatchedPublished,
  isLinked,
  MAX_ITEMS_PER_PUBLICATION,
  SubmissionDecided,
  topics,
  type Contract,
  type DataOf,
  type LedgerEvent,
  type PublishedEvent,
  type ProgrammeId,
  type SubmissionId,
  type Topic,
} from '@kinledger/contracts';
import { eventIdOf } from '@kinledger/domain';
import type { OutgoingMessage } from '@kinledger/message-bus';

export const LINKER_SOURCE = 'urn:kinledger:linker';

export interface TopicMessage {
  readonly topic: Topic;
  readonly message: OutgoingMessage;
}

/** What a published decision is about: its submission, and its outcome. */
export interface PublishedDecision {
  readonly programme: ProgrammeId;
  readonly submission: SubmissionId;
  readonly intake: number;
  readonly outcome: DataOf<typeof SubmissionDecided>['outcome'];
}

type Match = DataOf<typeof IndividualMatchedPublished>['matches'][number];
type Family = DataOf<typeof FamilyLinkedPublished>['families'][number];

/** Families are published whole, and one may have thousands of members, so that messages are limited by members too. */
const MAX_MEMBERS_PER_MESSAGE = 10_000;

/**
 * Turns the events of one decision, in order, into messages. Message ids follow from the ledger alone, so that
 * publishing a decision again produces the same messages, which consumers recognise.
 */
export class DecisionMessages {
  #matches: Match[] = [];
  #families: Family[] = [];
  #members = 0;
  #finished: TopicMessage[] = [];
  #lastCut = { revision: -1, count: 0 };
  readonly #decision: PublishedDecision;
  readonly #traceparent: string | undefined;

  /** @param traceparent the trace of the file or command, not of this process: published again, messages are the same. */
  constructor(decision: PublishedDecision, traceparent?: string) {
    this.#decision = decision;
    this.#traceparent = traceparent;
  }

  /** Returns completed messages, each once. */
  drain(): readonly TopicMessage[] {
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  take(event: PublishedEvent): void {
    switch (event.type) {
      case 'RecordsPlaced': {
        for (const { record, individual, registered } of event.data.placements.filter(isLinked)) {
          this.#match(event, { record, individual, registered });
        }
        return;
      }
      case 'IndividualSplit': {
        const { records, into, registered } = event.data;
        for (const [index, record] of records.entries()) {
          this.#match(event, { record, individual: into, registered: registered && index === 0 });
        }
        return;
      }
      case 'FamiliesLinked': {
        const { scope, families } = event.data;
        for (const { family, joined, left } of families) this.#family(event, { family, scope, joined, left });
        return;
      }
      case 'SubmissionLinked':
      case 'SubmissionWithdrawn':
      case 'SubmissionParked':
        return this.#close(event);
      default:
        return event satisfies never;
    }
  }

  #match(event: LedgerEvent, match: Match): void {
    this.#matches.push(match);
    if (this.#matches.length === MAX_ITEMS_PER_PUBLICATION) this.#endMatches(event);
  }

  #family(event: LedgerEvent, family: Family): void {
    this.#families.push(family);
    this.#members += family.joined.length + family.left.length;
    if (this.#families.length === MAX_ITEMS_PER_PUBLICATION || this.#members >= MAX_MEMBERS_PER_MESSAGE) {
      this.#endFamilies(event);
    }
  }

  #endMatches(event: LedgerEvent): void {
    if (this.#matches.length === 0) return;
    const { programme, submission } = this.#decision;
    const data = { programme, cause: submission, position: event.revision, matches: this.#matches };
    this.#finish(topics.individualMatched, IndividualMatchedPublished, event, submission, data);
    this.#matches = [];
  }

  #endFamilies(event: LedgerEvent): void {
    if (this.#families.length === 0) return;
    const { programme, submission } = this.#decision;
    const data = { programme, cause: submission, position: event.revision, families: this.#families };
    this.#finish(topics.familyLinked, FamilyLinkedPublished, event, programme, data);
    this.#families = [];
    this.#members = 0;
  }

  #close(event: LedgerEvent): void {
    this.#endMatches(event);
    this.#endFamilies(event);
    this.#finish(topics.submissionDecided, SubmissionDecided, event, this.#decision.programme, {
      ...this.#decision,
      position: event.revision,
    });
  }

  #finish<C extends Contract>(
    topic: Topic,
    contract: C,
    event: LedgerEvent,
    key: string,
    data: DataOf<C>,
  ): void {
    // If a list is divided, several messages end at one event: the count distinguishes their ids.
    const id = eventIdOf(`${topic.name}:${this.#decision.programme}:${event.revision}`, this.#cutAt(event));
    const traced = this.#traceparent === undefined ? {} : { traceparent: this.#traceparent };
    const message = encodeCloudEvent(contract, {
      id,
      source: LINKER_SOURCE,
      time: event.time,
      data,
      ...traced,
    });
    this.#finished.push({ topic, message: { key, ...message } });
  }

  /** Index of this message among those that end at the same event, from 0. */
  #cutAt({ revision }: LedgerEvent): number {
    this.#lastCut = { revision, count: this.#lastCut.revision === revision ? this.#lastCut.count + 1 : 0 };
    return this.#lastCut.count;
  }
}
