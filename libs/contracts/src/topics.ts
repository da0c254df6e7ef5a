import { Command, CommandAnswered } from './commands/command.js';
import type { Contract } from './contract.js';
import { FiguresComputed } from './messages/figures-computed.js';
import { FileAccepted } from './messages/file-accepted.js';
import {
  FamilyLinkedPublished,
  IndividualMatchedPublished,
  SubmissionDecided,
} from './messages/linkage-published.js';
import { PersonAnswered, PersonRequested } from './messages/person-request.js';
import { RowPseudonymised } from './messages/row-pseudonymised.js';
import { SubmissionStateChanged } from './messages/submission-state-changed.js';
import { TokensToWrap, TokensWrapped } from './messages/tokens-to-wrap.js';

export const serviceNames = ['ingest', 'pseudonymiser', 'linker', 'projector', 'reporting-api'] as const;
export type ServiceName = (typeof serviceNames)[number];

/** A topic: `<domain>.<visibility>.<event>.<major>`. */
export interface Topic {
  readonly name: string;
  readonly contract: Contract;
  readonly partitions: number;
  /** Days for which a message is kept, even if every group has committed it. */
  readonly retentionDays: number;
  /** What the message key identifies. A key never contains a token. */
  readonly key: 'submission' | 'upload' | 'programme';
  readonly producers: readonly ServiceName[];
  readonly consumers: readonly ServiceName[];
}

const topic = <const T extends Topic>(definition: T): T => definition;

export const topics = {
  fileAccepted: topic({
    name: 'intake.internal.file-accepted.1',
    contract: FileAccepted,
    partitions: 4,
    retentionDays: 7,
    key: 'submission',
    producers: ['ingest'],
    consumers: ['pseudonymiser', 'linker'],
  }),
  command: topic({
    name: 'linkage.internal.command.1',
    contract: Command,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['ingest', 'projector'],
    consumers: ['pseudonymiser', 'linker'],
  }),
  figuresComputed: topic({
    name: 'linkage.internal.figures-computed.1',
    contract: FiguresComputed,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['projector'],
    consumers: ['linker'],
  }),
  submissionStateChanged: topic({
    name: 'intake.internal.submission-state-changed.1',
    contract: SubmissionStateChanged,
    partitions: 4,
    retentionDays: 7,
    key: 'upload',
    producers: ['ingest', 'pseudonymiser'],
    consumers: ['linker', 'projector'],
  }),
  rowPseudonymised: topic({
    name: 'pseudonymisation.internal.row-pseudonymised.2',
    contract: RowPseudonymised,
    partitions: 4,
    retentionDays: 2,
    key: 'submission',
    producers: ['pseudonymiser'],
    consumers: ['linker'],
  }),
  personRequested: topic({
    name: 'intake.internal.person-requested.1',
    contract: PersonRequested,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['ingest'],
    consumers: ['pseudonymiser'],
  }),
  personAnswered: topic({
    name: 'pseudonymisation.internal.person-answered.1',
    contract: PersonAnswered,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['pseudonymiser'],
    consumers: ['ingest'],
  }),
  tokensToWrap: topic({
    name: 'linkage.internal.tokens-to-wrap.1',
    contract: TokensToWrap,
    partitions: 1,
    retentionDays: 1,
    key: 'programme',
    producers: ['linker'],
    consumers: ['pseudonymiser'],
  }),
  tokensWrapped: topic({
    name: 'pseudonymisation.internal.tokens-wrapped.1',
    contract: TokensWrapped,
    partitions: 1,
    retentionDays: 1,
    key: 'programme',
    producers: ['pseudonymiser'],
    consumers: ['linker'],
  }),
  individualMatched: topic({
    name: 'linkage.public.individual-matched.1',
    contract: IndividualMatchedPublished,
    partitions: 4,
    retentionDays: 7,
    key: 'submission',
    producers: ['linker'],
    consumers: [],
  }),
  familyLinked: topic({
    name: 'linkage.public.family-linked.1',
    contract: FamilyLinkedPublished,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['linker'],
    consumers: [],
  }),
  submissionDecided: topic({
    name: 'linkage.public.submission-decided.1',
    contract: SubmissionDecided,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['linker'],
    consumers: ['projector', 'ingest'],
  }),
  commandAnswered: topic({
    name: 'linkage.public.command-answered.1',
    contract: CommandAnswered,
    partitions: 1,
    retentionDays: 7,
    key: 'programme',
    producers: ['linker'],
    consumers: ['ingest', 'projector'],
  }),
} as const;
