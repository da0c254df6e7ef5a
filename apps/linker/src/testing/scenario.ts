import type { SubmissionId } from '@kinledger/contracts';
import type { Inbox, IncomingChunk, IncomingCommand, IncomingIntake } from '../inbox/inbox.js';
import { closing, submissionNamed, submit, withdrawal } from './messages.js';
import { adult, child, visit } from './rows.js';

/** The messages of intake and pseudonymiser for a year with every kind of decision. */
export interface Scenario {
  readonly intakes: readonly IncomingIntake[];
  readonly commands: readonly IncomingCommand[];
  readonly chunks: readonly IncomingChunk[];
  readonly unprocessable: readonly { submission: SubmissionId; intake: number; reason: string }[];
}

/** Submissions named for what happens to them, and the commands between them. */
export function eventfulYear() {
  const first = submit(1, {
    dataset: 'baby-steps.user',
    period: '2023-24-Q1',
    rows: [
      adult({ key: 'a1', email: 'amara@example.org', born: '1990-01-01', lsoa: 'E01003014' }),
      child({ key: 'c1', carer: 'amara@example.org', born: '2020-02-29' }),
      adult({ key: 'a2', email: 'bea@example.org', born: '1991-02-02' }),
      child({ key: 'c2', carer: 'bea@example.org', born: '2021-03-03' }),
      child({ key: 'c3', carer: 'bea@example.org', born: '2019-04-04' }),
      adult({ key: 'a3', mobile: '07700900123', born: '1985-05-05' }),
      adult({ key: 'a4' }),
      adult({ key: 'a5', email: 'shared@example.org', born: '1980-06-06' }),
      // The same person as a1, which only the health file reveals: a merge, and a split when that file is withdrawn.
      adult({ key: 'a6', nhs: '9434765919', born: '1990-01-01' }),
    ],
  });
  const visits = submit(2, {
    dataset: 'baby-steps.engagement',
    period: '2023-24-Q1',
    rows: [
      visit({ key: 'v1', email: 'amara@example.org', on: '2023-05-01' }),
      visit({ key: 'v2', email: 'amara@example.org', on: '2023-05-08' }),
      visit({ key: 'v3', email: 'nobody@example.org', on: '2023-05-08' }),
      visit({ key: 'v4', email: 'bea@example.org', on: '2023-05-09' }),
    ],
  });
  const health = submit(3, {
    dataset: 'maternity.user',
    period: '2023-24-Q1',
    extractKind: 'snapshot',
    rows: [
      adult({ key: 'm1', nhs: '9434765919', email: 'amara@example.org', born: '1990-01-01' }),
      adult({
        key: 'm2',
        nhs: '9434765920',
        email: 'bea@example.org',
        mobile: '07700900123',
        born: '1991-02-02',
      }),
      child({ key: 'm3', nhs: '9434765921', carer: 'bea@example.org', born: '2021-03-03' }),
      adult({ key: 'm4', email: 'shared@example.org', born: '1999-09-09' }),
      adult({ key: 'm5', email: 'nobody@example.org', born: '1988-08-08' }),
    ],
  });
  const replacement = submit(4, {
    dataset: 'baby-steps.user',
    period: '2023-24-Q1',
    sequence: 2,
    supersedes: [first.submission],
    refused: ['a3'],
    rows: [
      adult({ key: 'a1', email: 'amara@example.org', born: '1990-01-01', lsoa: 'E01003014' }),
      child({ key: 'c1', carer: 'amara@example.org', born: '2020-02-28' }),
      adult({ key: 'a7', email: 'cleo@example.org', born: '1993-07-07' }),
      child({ key: 'c7', carer: 'cleo@example.org', born: '2022-08-08' }),
    ],
  });
  const broken = submit(5, {
    dataset: 'baby-steps.engagement',
    period: '2023-24-Q2',
    rows: [visit({ key: 'v9', email: 'amara@example.org', on: '2023-08-01' })],
  });
  const laterHealth = submit(6, {
    dataset: 'maternity.user',
    period: '2023-24-Q2',
    extractKind: 'snapshot',
    rows: [
      adult({ key: 'm1', nhs: '9434765919', email: 'amara@example.org', born: '1990-01-01' }),
      child({ key: 'm7', nhs: '9434765922', carer: 'amara@example.org', born: '2023-06-06' }),
    ],
  });
  // Contains an earlier visit, which belongs to the earlier file again once this one is withdrawn.
  const repeated = submit(7, {
    dataset: 'baby-steps.engagement',
    period: '2023-24-Q2',
    sequence: 2,
    rows: [visit({ key: 'v1', email: 'amara@example.org', on: '2023-05-01' })],
  });
  const unknown = submissionNamed('0');
  const scenario: Scenario = {
    intakes: [first, visits, health, replacement, broken, laterHealth, repeated].map(({ intake }) => intake),
    commands: [
      withdrawal(104, 3, health.submission),
      withdrawal(105, 3, unknown),
      withdrawal(108, 5, broken.submission),
      withdrawal(109, 5, first.submission),
      withdrawal(110, 5, replacement.submission),
      withdrawal(111, 5, replacement.submission),
      withdrawal(112, 5, broken.submission),
      withdrawal(115, 7, repeated.submission),
      closing(116, 7, '2023-24-Q1'),
      closing(117, 7, '2023-24-Q1'),
    ],
    chunks: [first, visits, health, replacement, laterHealth, repeated].flatMap(({ chunks }) => chunks),
    unprocessable: [{ submission: broken.submission, intake: 5, reason: 'landing-unreadable' }],
  };
  return { scenario, first, visits, health, replacement, broken, laterHealth, repeated, unknown };
}

/** Stages everything at once. */
export async function stageAll(
  inbox: Inbox,
  { intakes, commands, chunks, unprocessable }: Scenario,
): Promise<void> {
  await inbox.stageCommands(commands);
  await inbox.stageIntakes(intakes);
  await inbox.stageChunks(chunks);
  await inbox.stageUnprocessable(unprocessable);
}
