import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { comparable, outcomeOf, type Outcome } from './outcome/outcome.js';
import { startEmbeddedPlatform } from './platform/embedded-platform.js';
import type { PlatformUnderTest } from './platform/platform-under-test.js';
import { kill } from './platform/victim.js';
import { Provider } from './submissions/provider.js';
import { until } from './until.js';

const SEED = 'reviews';
const PERIOD = '2022-23-Q1';
const PAIRS = 18;
/** The harness finds processes in /proc, so it needs Linux. */
const linux = process.platform === 'linux';

type Answer = 'same' | 'different';
const source = z.object({ record: z.string() });
const queued = z.object({ referral: z.string(), subject: source, candidate: source });
type Queued = z.output<typeof queued>;
const queue = z.object({ pairs: z.array(queued) });
const order = z.object({ id: z.string(), state: z.string() });

/** What a reviewer answers about a pair, in which instant what is killed. */
interface Planned {
  readonly answer: Answer;
  readonly victims: readonly string[];
  readonly delayMs: number;
}

const header = {
  user: [
    ...[
      'Case number',
      'Beneficiary type',
      'Given name',
      'Participant email',
      "Primary carer's email address",
      'Tel',
    ],
    ...['Additional contact number', 'DOB', 'Gender', 'Home postcode', 'Date of registration', 'Carer role'],
    ...[
      'Ethnic origin',
      'Language spoken at home',
      'Disability',
      'Country of birth',
      'Special educational needs',
    ],
    ...['Lone parent', 'Pregnant', 'Due date', 'Volunteer status', 'Employment', 'Education level'],
    ...['Hours spent reading to child', 'Consent to share data', 'Consent form version', 'Date of consent'],
  ],
  engagement: [
    ...[
      'Case number',
      'Beneficiary type',
      'Given name',
      'Participant email',
      "Primary carer's email address",
      'DOB',
    ],
    ...['Gender', 'Date attended', 'Session type', 'Attended?', 'Duration', 'Cancelled by whom'],
  ],
} as const;

/** Two people of one e-mail address and two birth dates each, who came in the quarter: the rules refer every two. */
function fileOf(dataType: keyof typeof header): string {
  const rows = Array.from({ length: PAIRS }, (_, pair) =>
    ['1990-01-02', '1991-03-04'].map((born, side) => {
      const said: Readonly<Record<string, string>> = {
        ...{
          'Case number': `NT${10_000 + 2 * pair + side}`,
          'Beneficiary type': 'Parent',
          Gender: 'Female',
          DOB: born,
        },
        ...{
          'Participant email': `pair${pair}@example.org`,
          'Home postcode': 'ZZ2 5PD',
          'Date of registration': '2022-04-07',
        },
        ...{
          'Consent to share data': 'Y',
          'Consent form version': '2021-1',
          'Date of consent': '2022-04-07',
        },
        ...{ 'Date attended': '2022-05-10', 'Session type': 'Group', 'Attended?': 'Yes', Duration: '60' },
      };
      return header[dataType].map((column) => said[column] ?? '').join(',');
    }),
  );
  return [header[dataType].join(','), ...rows.flat(), ''].join('\n');
}

async function call<Body>(
  platform: PlatformUnderTest,
  shape: z.ZodType<Body>,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: Body | undefined }> {
  const { services, tokens } = platform.connection;
  const answer = await fetch(`${services.projector}/v1/${path}`, {
    headers: { authorization: `Bearer ${tokens.dataTeam}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(60_000),
  });
  const said: unknown = await answer.json();
  return { status: answer.status, body: answer.ok ? shape.parse(said) : undefined };
}

/** The pairs that wait, once the queue is listed. */
const listed = (platform: PlatformUnderTest): Promise<readonly Queued[]> =>
  until('the queue is listed', async () => (await call(platform, queue, 'reviews?limit=500')).body?.pairs);

/** Submits the files, and waits until all pairs wait for a review. @returns them by the first record of the two. */
async function referred(platform: PlatformUnderTest): Promise<readonly Queued[]> {
  const provider = new Provider(platform);
  for (const dataType of ['user', 'engagement'] as const) {
    const file = {
      dataset: `natural-thinkers.${dataType}`,
      period: PERIOD,
      provider: 'natural-thinkers-team',
    };
    const { body } = await provider.upload(file, fileOf(dataType));
    expect(body.state).toBe('validated');
    await provider.submit(file, body.id);
  }
  const pairs = await until('all pairs wait', async () => {
    const waiting = await listed(platform);
    const [row] = await platform.query<{ linked: number }>(
      'platform',
      `SELECT count(*)::int AS linked FROM golden.submission WHERE state = 'linked'`,
    );
    return row?.linked === 2 && waiting.length >= PAIRS ? waiting : undefined;
  });
  return [...new Map(pairs.map((pair) => [pair.referral, pair])).values()].sort((a, b) =>
    a.referral < b.referral ? -1 : 1,
  );
}

/** A look at the referral that shows something, however often it has to be asked for. */
const looked = (platform: PlatformUnderTest, { referral }: Queued): Promise<string> =>
  until('a look shows something', async () => {
    const { body: asked } = await call(platform, order, 'review-examinations', {
      referral,
      reason: 'a test of kills',
    });
    if (asked === undefined) return undefined;
    const ended = await until('the look ends', async () => {
      const { status, body } = await call(platform, order, `review-examinations/${asked.id}`);
      // A crash of the database took it.
      if (status === 404) return { state: 'gone' };
      return body === undefined || body.state === 'waiting' ? undefined : body;
    });
    return ended.state === 'done' ? asked.id : undefined;
  });

const orderOf = (platform: PlatformUnderTest, { subject, candidate }: Queued) =>
  platform.query<{ outcome: string | null; position: number | null }>(
    'platform',
    `SELECT outcome, position::int AS position FROM operations.review_command
     WHERE subject = $1::uuid AND candidate = $2::uuid ORDER BY asked_at`,
    [subject.record, candidate.record],
  );

/** Answers about a pair, and kills meanwhile. Where the answer was not taken, it is given again. @returns how often it was given. */
async function answer(platform: PlatformUnderTest, pair: Queued, planned: Planned | Answer): Promise<number> {
  const said = typeof planned === 'string' ? planned : planned.answer;
  for (let attempt = 1; ; attempt += 1) {
    const examination = await looked(platform, pair);
    const body = {
      examination,
      candidate: pair.candidate.record,
      answer: said,
      reason: 'birth-date-mistyped',
    };
    const [reply] = await Promise.all([
      call(platform, order, 'reviews', body).catch(() => undefined),
      attempt === 1 &&
        typeof planned !== 'string' &&
        pause(planned.delayMs).then(() => killAll(platform, planned)),
    ]);
    const orders = await until('no order of the pair waits', async () => {
      const found = await orderOf(platform, pair);
      return found.every(({ outcome }) => outcome !== null) ? found : undefined;
    });
    // Whoever was told that it is ordered finds it taken.
    if (reply?.status === 202) expect(orders.at(-1)?.outcome).toBe('accepted');
    if (orders.some(({ outcome }) => outcome === 'accepted')) return attempt;
    // It was not taken: the pair still waits.
    expect((await listed(platform)).map(({ referral }) => referral)).toContain(pair.referral);
  }
}

const killAll = async (platform: PlatformUnderTest, { victims }: Planned): Promise<void> => {
  for (const victim of victims) await kill(platform.victim(victim));
};

interface ReviewLine {
  readonly type: string;
  readonly data: { readonly review?: { readonly referral: string } };
}
/** The referrals that were decided, in the order of the ledger, with the answers. */
const decidedIn = (ledger: readonly string[]): readonly (readonly [string, Answer])[] =>
  ledger.flatMap((line) => {
    const { type, data } = JSON.parse(line) as ReviewLine;
    if (data.review === undefined) return [];
    return type === 'LinkReviewed' || type === 'LinkForbidden'
      ? [[data.review.referral, type === 'LinkReviewed' ? 'same' : 'different'] as const]
      : [];
  });

/** Waits until nothing waits and the figures stand at the end of the ledger. */
async function settledOutcome(platform: PlatformUnderTest): Promise<Outcome> {
  await until('the read models stand at the end of the ledger', async () => {
    const [row] = await platform.query<{ position: number }>(
      'platform',
      'SELECT position::int AS position FROM golden.checkpoint',
    );
    return row?.position === (await platform.ledgerHead());
  });
  const outcome = await until('the figures are answered', () => outcomeOf(platform, [PERIOD]));
  // Commands have ids of their own in every run, from which those of their events are made.
  const ledger = outcome.ledger.map((line) => {
    const { id: _, cause: __, ...event } = JSON.parse(comparable(line)) as Readonly<Record<string, unknown>>;
    return JSON.stringify(event);
  });
  const reviews = await platform.query<{ line: string }>(
    'platform',
    `SELECT (to_jsonb(r) - ARRAY['decided_at', 'cause'])::text AS line FROM golden.review r ORDER BY position`,
  );
  const readModels = { ...outcome.readModels, review: reviews.map(({ line }) => line).join('\n') };
  return { ...outcome, ledger, readModels };
}

describe.skipIf(!linux)(
  `answers of a reviewer while linker, projector and database are killed${linux ? '' : ' (absent: the processes of Linux)'}`,
  { timeout: 900_000 },
  () => {
    it('count exactly once or are not taken, whichever instant a kill comes at, and leave what a quiet run leaves', async () => {
      const disturbed = await startEmbeddedPlatform(SEED);
      let decided: readonly (readonly [string, Answer])[];
      let outcome: Outcome;
      const victims = [
        ['linker'],
        ['projector'],
        ['linker', 'projector'],
        ['postgresql'],
        ['linker'],
        ['projector'],
      ];
      try {
        const pairs = await referred(disturbed);
        expect(pairs).toHaveLength(PAIRS);
        let again = 0;
        for (const [index, pair] of pairs.entries()) {
          const planned: Planned = {
            answer: index % 3 === 0 ? 'different' : 'same',
            victims: victims[index % victims.length] ?? [],
            // From the moment in which the request leaves to one in which its figures have changed.
            delayMs: Math.round((index * 97) % 500),
          };
          again += (await answer(disturbed, pair, planned)) - 1;
        }
        console.log(`${PAIRS} answers under kills, of which ${again} had to be given again`);
        outcome = await settledOutcome(disturbed);
        decided = decidedIn(await disturbed.ledger());
        expect(decided.map(([referral]) => referral).sort()).toEqual(pairs.map(({ referral }) => referral));
        const { before, after } = await until('the read models are rebuilt', () => disturbed.rebuild());
        expect(after).toBe(before);
        const unfinished = () =>
          disturbed.query<{ looks: number }>(
            'platform',
            'SELECT count(*)::int AS looks FROM audit.look WHERE look_id NOT IN (SELECT look_id FROM audit.look_outcome)',
          );
        await until('every look has an outcome', async () => (await unfinished())[0]?.looks === 0);
      } finally {
        await disturbed.stop();
      }
      const quiet = await startEmbeddedPlatform(SEED);
      try {
        const pairs = new Map((await referred(quiet)).map((pair) => [pair.referral, pair]));
        for (const [referral, said] of decided) {
          const pair = pairs.get(referral);
          if (pair === undefined) throw new Error('another run referred others');
          expect(await answer(quiet, pair, said)).toBe(1);
        }
        expect(outcome).toEqual(await settledOutcome(quiet));
      } finally {
        await quiet.stop();
      }
    });
  },
);
