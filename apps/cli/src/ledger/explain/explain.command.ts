import { randomBytes } from 'node:crypto';
import { userInfo } from 'node:os';
import { lookReason } from '@kinledger/contracts';
import { beginLook, connectionSettings, endLook, type LookOutcome } from '@kinledger/database';
import { explainInLedger, isNotInLedger, type Explanation } from '@kinledger/decisions';
import { InvalidArgumentError, type Command } from 'commander';
import pg from 'pg';
import { Failure } from '../../failure.js';
import { print } from '../../output/output.js';
import { position } from '../position.js';
import { readLedger, withLedgerOptions, type LedgerOptions, type LedgerReading } from '../read-ledger.js';
import { describeExplanation } from './describe-explanation.js';

interface Options extends LedgerOptions {
  readonly reason: string;
  readonly asAt?: number;
}

export function addExplainCommand(ledger: Command): void {
  const command = ledger
    .command('explain')
    .description(
      'tells how an individual came to be, decision by decision: which record joined, by which rule, from which file, what else was considered and why it lost; adds a line to the trail of looks first',
    )
    .argument('<id>', 'a record or an individual, 32 hexadecimal digits', ledgerId)
    .requiredOption(
      '--reason <text>',
      'why you look, for the trail of looks; names no person, e.g. "complaint 2024-17: two children counted as one"',
      reasonToLook,
    )
    .option('--as-at <position>', 'as the ledger stood at this position (default: at its end)', position);
  withLedgerOptions(command).action(explain);
}

async function explain(id: string, options: Options): Promise<void> {
  await readLedger(options, 'interrupted', async (reading) => {
    const { store, stream, progress, signal } = reading;
    const { json, reason } = options;
    const head = await store.head(stream);
    const asAt = Math.min(options.asAt ?? head, head);
    const bar = progress.bar('events', 1);
    const explanation = await noted(reading, { subject: id, asAt, reason }, () =>
      explainInLedger({
        ...{ store, stream, id, signal, asAt },
        onProgress: (done, total) => bar.update(done, total),
      }),
    );
    progress.stop();
    print(json, explanation, () => describeExplanation(explanation));
  }).catch((error: unknown) => {
    throw isNotInLedger(error) ? new Failure(error.message) : error;
  });
}

/** Notes the look in the trail before the ledger is read, and what came of it afterwards. */
async function noted(
  { places, stream, signal }: LedgerReading,
  look: { readonly subject: string; readonly asAt: number; readonly reason: string },
  read: () => Promise<Explanation>,
): Promise<Explanation> {
  const id = randomBytes(16).toString('hex');
  const within = async (work: (client: pg.Client) => Promise<void>) => {
    const client = new pg.Client({
      ...connectionSettings(places.platformUrl),
      application_name: 'kinledger-ledger',
    });
    await client.connect();
    await work(client).finally(() => client.end());
  };
  await within((client) =>
    beginLook(client, {
      ...{ id, stream, ...look, via: 'command-line', person: userInfo().username },
      ...{ organisation: undefined, roles: [] },
    }),
  );
  const ends = (outcome: LookOutcome, individual?: string) =>
    within((client) => endLook(client, id, outcome, individual));
  try {
    const explanation = await read();
    await ends('explained', explanation.individual);
    return explanation;
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
