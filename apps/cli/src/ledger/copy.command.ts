import { InvalidArgumentError, Option, type Command } from 'commander';
import {
  copyStream,
  isStreamGap,
  type Copied,
  type CopyProgress,
  type EventStore,
} from '@kinledger/event-store';
import { isForeignEvent } from '@kinledger/contracts';
import { checkedLedgerEventOf } from '@kinledger/domain';
import { Failure } from '../failure.js';
import { count, print } from '../output/output.js';
import { createProgress, tellBeside, type Progress } from '../output/progress.js';
import { strangenessOf } from './check-ledger.js';
import { LedgerWait } from './ledger-wait.js';
import {
  ledgerPlaces,
  openLedger,
  storeKinds,
  storeNames,
  streamNames,
  type StoreKind,
} from './ledger-places.js';
import { waitingStore } from './waiting-store.js';

interface Options {
  readonly from: StoreKind;
  readonly to: StoreKind;
  readonly toPrefix?: string;
  readonly stream?: string;
  readonly before?: number;
  readonly json?: boolean;
}

export function addCopyCommand(ledger: Command): void {
  ledger
    .command('copy')
    .description(
      'copies the ledger from one event store into another and compares every event to the byte; goes on where it was interrupted',
    )
    .addOption(new Option('--from <store>', 'where it is').choices(storeKinds).makeOptionMandatory())
    .addOption(new Option('--to <store>', 'where it should be').choices(storeKinds).makeOptionMandatory())
    .option(
      '--stream <name>',
      'one stream, such as programme-leap (default: all that this installation wrote)',
    )
    .option(
      '--before <revision>',
      'leave out an event that Kinledger did not write, at this revision, and what follows it',
      revision,
    )
    .option(
      '--to-prefix <prefix>',
      'in KurrentDB, copy into streams of this prefix (default: KINLEDGER_KURRENTDB_PREFIX)',
    )
    .option('--json', 'print one JSON document')
    .addHelpText(
      'after',
      `
KINLEDGER_PLATFORM_URL is the platform database with the linker's role (default: that of the services that run here),
KINLEDGER_KURRENTDB_URL the connection string of KurrentDB, KINLEDGER_KURRENTDB_PREFIX the prefix of its streams. Bodies
and payloads stay in PostgreSQL.`,
    )
    .action(copy);
}

async function copy({ from, to, toPrefix, stream, before, json }: Options): Promise<void> {
  const places = ledgerPlaces();
  const target = toPrefix === undefined ? places : { ...places, kurrentDbPrefix: toPrefix };
  const isSame = from === to && (from === 'postgres' || target.kurrentDbPrefix === places.kurrentDbPrefix);
  if (isSame) throw new Failure(`--from and --to are both ${from}`);
  const interrupted = new AbortController();
  const progress = createProgress(json !== true);
  const wait = new LedgerWait(tellBeside(progress, json));
  const open = (kind: StoreKind, where: typeof places) =>
    waitingStore(openLedger(kind, where), wait, interrupted.signal);
  const stores = { from: open(from, places), to: open(to, target) };
  const interrupt = () =>
    interrupted.abort(new Failure('interrupted: the same command goes on where it was'));
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const began = performance.now();
  try {
    const names = stream === undefined ? await streamNames(places) : [stream];
    if (before !== undefined) await requireStranger(stores.from, names, before);
    const streams: Copied[] = [];
    for (const name of names) {
      const copied = await copyStream({
        ...stores,
        stream: name,
        signal: interrupted.signal,
        ...(before === undefined ? {} : { before }),
        examine: (event) => checkedLedgerEventOf(event, name),
        onProgress: bars(progress),
      }).catch((error: unknown) => {
        throw isForeignEvent(error) ? new Failure(`${error.message}: ${wayOut(error.revision)}`) : error;
      });
      if (copied.events > 0) streams.push(copied);
    }
    progress.stop();
    const seconds = (performance.now() - began) / 1000;
    if (streams.length === 0) throw new Failure(`there is no ledger in ${storeNames[from]}`);
    const then = usedOnce(to, target.kurrentDbPrefix);
    print(json, { from, to, streams, seconds }, () => describe(streams, { from, to }, seconds, then));
  } finally {
    progress.stop();
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await Promise.all([stores.from.close(), stores.to.close()]);
  }
}

function revision(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('expected a revision, a whole number from 0');
  return Number(text);
}

const wayOut = (at: number): string =>
  `nothing is copied from there on; --before ${at} copies what comes before it into a new stream or store`;

/**
 * Prevents a mistyped revision from leaving out Kinledger's own events. @throws Failure if the event at `before` is not
 * foreign.
 */
async function requireStranger(store: EventStore, names: readonly string[], before: number): Promise<void> {
  const [name] = names;
  if (name === undefined || names.length > 1) throw new Failure('with --before, name one stream: --stream');
  if (await isStranger(store, name, before)) return;
  throw new Failure(
    `revision ${before} of ${name} was written by Kinledger or is not there: --before leaves out only what was not`,
  );
}

async function isStranger(store: EventStore, name: string, at: number): Promise<boolean> {
  try {
    const [event] = await store.readPage(name, at, 1);
    return event !== undefined && strangenessOf(event, name) !== undefined;
  } catch (error) {
    if (isForeignEvent(error)) return true;
    if (isStreamGap(error)) throw new Failure(error.message);
    throw error;
  }
}

/** Shows one bar per stage once the stage begins. */
function bars(progress: Progress): (at: CopyProgress) => void {
  const shown = new Map<CopyProgress['stage'], ReturnType<Progress['bar']>>();
  return ({ stage, done, total }) => {
    const bar = shown.get(stage) ?? progress.bar(stage, total);
    shown.set(stage, bar);
    bar.update(done, total);
  };
}

const usedOnce = (to: StoreKind, prefix: string | undefined): string =>
  `KINLEDGER_EVENT_STORE=${to}${to === 'kurrentdb' && prefix !== undefined ? ` and KINLEDGER_KURRENTDB_PREFIX=${prefix}` : ''}`;

const describe = (
  streams: readonly Copied[],
  { from, to }: { readonly from: StoreKind; readonly to: StoreKind },
  seconds: number,
  then: string,
): string =>
  [
    ...streams.flatMap(({ stream, events, found, copied, root }) => [
      `${stream}: ${count(events)} events are in ${storeNames[to]} as they are in ${storeNames[from]}; ${count(copied)} were copied, ${count(found)} were there.`,
      `  root    ${root}`,
    ]),
    `Every event was read back and is the same to the byte. It took ${seconds.toFixed(1)} s.`,
    `Bodies and payloads stay in PostgreSQL. Services use the copy once they start with ${then}.`,
  ].join('\n');
