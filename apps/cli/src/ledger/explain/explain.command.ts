import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { lookReason } from '@kinledger/contracts';
import { beginLook, connectionSettings, endLook, type LookOutcome } from '@kinledger/database';
import { explainInLedger, explainPairInLedger, isNotInLedger } from '@kinledger/decisions';
import { InvalidArgumentError, type Command } from 'commander';
import pg from 'pg';
import { Failure } from '../../failure.js';
import { print } from '../../output/output.js';
import { position } from '../position.js';
import { readLedger, withLedgerOptions, type LedgerOptions, type LedgerReading } from '../read-ledger.js';
import { describeExplanation } from './describe-explanation.js';
import { describePair } from './describe-pair.js';

interface Options extends LedgerOptions {
  readonly reason: string;
  readonly asAt?: number;
  readonly and?: string;
}

export function addExplainCommand(ledger: Command): void {
  const command = ledger
    .command('explain')
    .description(
      'tells how an individual came to be, decision by decision: which record joined, by which rule, from which file, what else was considered and why it lost; or, with --and, whether two records are together and why; adds a line to the trail of looks first',
    )
    .argument('<id>', 'a record or an individual, 32 hexadecimal digits', ledgerId)
    .requiredOption(
      '--reason <text>',
      'why you look, for the trail of looks; names no person, e.g. "complaint 2024-17: two children counted as one"',
      reasonToLook,
    )
    .option('--and <record>', 'another record: says why the two are together, or why not', ledgerId)
    .option('--as-at <position>', 'as the ledger stood at this position (default: at its end)', position);
  withLedgerOptions(command).action(explain);
}

async function explain(id: string, options: Options): Promise<void> {
  await readLedger(options, 'interrupted', async (reading) => {
    const { store, stream, progress, signal } = reading;
    const { json, reason, and } = options;
    if (and === id) throw new Failure('--and names the same record: name another one');
    const head = await store.head(stream);
    const asAt = Math.min(options.asAt ?? head, head);
    const bar = progress.bar('events', 1);
    const onProgress = (done: number, total: number) => bar.update(done, total);
    const question = { store, stream, signal, asAt, onProgress };
    if (and !== undefined) {
      const found = await noted(
        reading,
        { subjects: [id, and], asAt, reason },
        () => explainPairInLedger({ ...question, ids: [id, and] }),
        ({ records }) => records.map(({ individual }) => individual),
      );
      progress.stop();
      print(json, found, () => describePair(found));
      return;
    }
    const explanation = await noted(
      reading,
      { subjects: [id], asAt, reason },
      () => explainInLedger({ ...question, id }),
      ({ individual }) => [individual],
    );
    progress.stop();
    print(json, explanation, () => describeExplanation(explanation));
  }).catch((error: unknown) => {
    throw isNotInLedger(error) ? new Failure(error.message) : error;
  });
}

/**
 * Notes a look in the trail at each record before the ledger is read, and what came of it afterwards.
 * @param individualsOf whom each of them turned out to be about.
 */
async function noted<Answer>(
  { places, stream, signal }: LedgerReading,
  {
    subjects,
    ...look
  }: { readonly subjects: readonly string[]; readonly asAt: number; readonly reason: string },
  read: () => Promise<Answer>,
  individualsOf: (answer: Answer) => readonly (string | undefined)[],
): Promise<Answer> {
  const looks = subjects.map((subject) => ({ id: randomBytes(16).toString('hex'), subject }));
  const within = async (work: (client: pg.Client) => Promise<void>) => {
    const client = new pg.Client({
      ...connectionSettings(places.platformUrl),
      application_name: 'kinledger-ledger',
    });
    await client.connect();
    await work(client).finally(() => client.end());
  };
  await within(async (client) => {
    for (const { id, subject } of looks)
      await beginLook(client, {
        ...{ id, stream, subject, ...look, via: 'command-line', person: userInfo().username },
        ...{ organisation: undefined, roles: [] },
      });
  });
  const ends = (outcome: LookOutcome, individuals: readonly (string | undefined)[] = []) =>
    within(async (client) => {
      for (const [at, { id }] of looks.entries()) await endLook(client, id, outcome, individuals[at]);
    });
  try {
    const answer = await read();
    await ends('explained', individualsOf(answer));
    return answer;
  } catch (error) {
    await ends(isNotInLedger(error) ? 'not-in-ledger' : signal.aborted ? 'stopped' : 'failed');
    throw error;
  }
}

function ledgerId(text: string): string {
  if (!/^[0-9a-f]{32}$/.test(text)) throw new InvalidArgumentError('expected an id, 32 hexadecimal digits');
  return text;
}

function reasonToLook(text: string): string {
  const result = lookReason.safeParse(text);
  if (!result.success)
    throw new InvalidArgumentError(result.error.issues.map(({ message }) => message)[0] ?? '');
  return result.data;
}
