import { individualId, type IndividualId, type LedgerEvent } from '@kinledger/contracts';
import {
  idsOfIndividual,
  movesRecordsOf,
  replayLedger,
  type Replayed,
  type ReplayedDecision,
} from '@kinledger/decisions';
import { LinkageEngine } from '@kinledger/domain';
import type { EventStore } from '@kinledger/event-store';
import { InvalidArgumentError, type Command } from 'commander';
import { Failure } from '../../failure.js';
import { count, print } from '../../output/output.js';
import { position } from '../position.js';
import { readLedger, withLedgerOptions, type LedgerOptions } from '../read-ledger.js';
import { describeReplay, MAX_NAMED } from './describe-replay.js';

interface Options extends LedgerOptions {
  readonly individual?: IndividualId;
  readonly from?: number;
  readonly to?: number;
}

export function addReplayCommand(ledger: Command): void {
  const command = ledger
    .command('replay')
    .description(
      'makes every decision again, from its recorded inputs by the strategy that the ledger names, and compares what comes out with what was recorded; nothing is written',
    )
    .option(
      '--individual <id>',
      'only decisions about the records of this individual and of all that were merged into it',
      individual,
    )
    .option('--from <position>', 'only decisions that end at this position or later', position)
    .option('--to <position>', 'only decisions that end at this position or earlier', position);
  withLedgerOptions(command).action(replay);
}

async function replay(options: Options): Promise<void> {
  await readLedger(
    options,
    'interrupted: nothing was written',
    async ({ store, stream, progress, signal }) => {
      const began = performance.now();
      const notDecidable: ReplayedDecision[] = [];
      const bar = progress.bar('events', 1);
      const replayed = await replayLedger({
        ...(await rangeOf(store, stream, options, signal)),
        ...{ store, stream, signal },
        engine: (engineOptions) => new LinkageEngine(engineOptions),
        onDecision: (decision) => {
          if (decision.verdict === 'not-decidable' && notDecidable.length < MAX_NAMED)
            notDecidable.push(decision);
        },
        onProgress: (done, total) => bar.update(done, total),
      });
      progress.stop();
      const seconds = (performance.now() - began) / 1000;
      print(options.json, { ...replayed, notDecidable, seconds }, () =>
        describeReplay(replayed, notDecidable, seconds),
      );
      requireEqual(replayed);
    },
  );
}

/** What is to be made again. */
async function rangeOf(
  store: EventStore,
  stream: string,
  { individual: id, from, to }: Options,
  signal: AbortSignal,
) {
  const range = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  if (id === undefined) return range;
  const head = await store.head(stream);
  const ids = await idsOfIndividual(store, stream, id, Math.min(head, to ?? head), signal);
  return { ...range, concerns: movesAnyOf(ids) };
}

const movesAnyOf =
  (ids: ReadonlySet<IndividualId>) =>
  (events: readonly LedgerEvent[]): boolean =>
    events.some((event) => movesRecordsOf(ids, event));

function requireEqual({ counts, faults, firstDivergence }: Replayed): void {
  if (firstDivergence !== undefined) {
    const { difference, from } = firstDivergence;
    throw new Failure(
      `${count(counts.diverged)} ${counts.diverged === 1 ? 'decision is' : 'decisions are'} not what the recorded inputs give: the first differs at position ${difference?.revision ?? from}`,
    );
  }
  const [fault] = faults;
  if (fault !== undefined) {
    throw new Failure(
      `${count(faults.length)} ${faults.length === 1 ? 'body is' : 'bodies are'} missing, and no erasure names ${faults.length === 1 ? 'it' : 'them'}: the first entered at position ${fault.revision}`,
    );
  }
}

function individual(text: string): IndividualId {
  const parsed = individualId.safeParse(text);
  if (!parsed.success)
    throw new InvalidArgumentError('expected the id of an individual, 32 hexadecimal digits');
  return parsed.data;
}
