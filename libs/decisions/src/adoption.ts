import { ledgerContracts, type DataOf, type LedgerDecision, type LedgerEvent } from '@kinledger/contracts';
import {
  canonicalJson,
  encodeLedgerEvent,
  nameTableOf,
  sha256Hex,
  strategyDigest,
  strategyOf,
  strategyWithTable,
  type EncodedLedgerEvent,
  type LinkageEngineOptions,
} from '@kinledger/domain';
import type { EventStore, NameTable, Payload } from '@kinledger/event-store';
import type { Programme, ProgrammeDefinition } from '@kinledger/programme';
import type { DecisionContext } from './decision-context.js';
import { familyScopesDiffer, ledgerUnreadable } from './errors.js';
import { DEFINITION_CAUSE, type ProgrammeLedger } from './programme-ledger.js';
import { Scribe } from './scribe.js';
import { writeDecisions } from './write-decisions.js';

type StrategyData = DataOf<typeof ledgerContracts.StrategyAdopted>;

/** A programme's configuration for its linker. */
export interface ConfiguredProgramme {
  readonly programme: Programme;
  /** Ed25519 public key, base64 of its 32 bytes, with which a ledger begins. Later events name the one in force. */
  readonly signingKey: string;
}

/** The events that bring a definition into force, as one append. */
export interface Adoption {
  readonly events: readonly EncodedLedgerEvent[];
  readonly payloads: readonly Payload[];
  readonly applied: readonly LedgerEvent[];
}

/** The parts of a definition on which linkage depends. */
type LinkageDefinition = Pick<ProgrammeDefinition, 'id' | 'strategy' | 'familyScopes'>;

/** The engine's options in a definition whose model names no table beside the ledger. */
export const engineOptionsOf = ({ strategy, familyScopes }: LinkageDefinition): LinkageEngineOptions => ({
  strategy: strategyOf(strategy),
  familyScopes,
});

/** The engine's options, with the table of name frequencies that is in its strategy. */
export interface EngineOptionsBeside extends LinkageEngineOptions {
  /** Undefined if the model names none. */
  readonly nameTable: NameTable | undefined;
}

/** A ledger beside which tables of name frequencies are. */
interface Place {
  readonly store: Pick<EventStore, 'readNameTable' | 'keyVersionOfNameTable'>;
  readonly stream: string;
}

/**
 * The engine's options in a definition, with the table of name frequencies that its model may name. Whoever uses them
 * calls {@link requireNameTableUnder} once the ledger's key version is known.
 * @throws LedgerUnreadable if that table is not beside the ledger, or another is in its place.
 */
export async function engineOptionsBeside(
  { store, stream }: Place,
  { strategy, familyScopes }: LinkageDefinition,
): Promise<EngineOptionsBeside> {
  const id = nameTableOf(strategy);
  const nameTable = id === undefined ? undefined : await store.readNameTable(stream, id);
  if (id !== undefined && nameTable === undefined) throw nameTableMissing(id);
  if (nameTable !== undefined && isForeign(nameTable)) throw nameTableForeign(nameTable.id);
  return { strategy: strategyWithTable(strategy, nameTable?.bytes), familyScopes, nameTable };
}

/** The id is the hash of the bytes under the key with which the table was made: under a first key no rotation has changed them. */
const isForeign = ({ id, keyVersion, bytes }: NameTable): boolean =>
  keyVersion === 1 && sha256Hex(bytes) !== id;

const nameTableForeign = (id: string) =>
  ledgerUnreadable(
    `what is beside the ledger as the table of name frequencies ${id} is another table: restore the database from a backup that has it, or adopt a model without it`,
  );

const nameTableMissing = (id: string) =>
  ledgerUnreadable(
    `the strategy’s model scores with the table of name frequencies ${id}, which was erased or not restored: restore it, or adopt a model without it`,
  );

/**
 * Refuses a table of name frequencies whose tokens are under another key than the ledger, because every name would be very rare
 * by it. Also looks whether the table is still there as it was read: a rotation wraps tables before bodies, so that one which
 * began meanwhile shows. The table itself is not read: its bytes change with its key alone.
 * @param keyVersion that of the bodies with which the table is used. @throws LedgerUnreadable.
 */
export async function requireNameTableUnder(
  keyVersion: number,
  { store, stream }: Place,
  { nameTable }: Pick<EngineOptionsBeside, 'nameTable'>,
): Promise<void> {
  if (nameTable === undefined) return;
  const found = await store.keyVersionOfNameTable(stream, nameTable.id);
  if (found === undefined) throw nameTableMissing(nameTable.id);
  const differing = [nameTable.keyVersion, found].find((version) => version !== keyVersion);
  if (differing !== undefined)
    throw ledgerUnreadable(
      `the table of name frequencies ${nameTable.id} is under token key ${differing}, and the ledger is under ${keyVersion}: try again once a rotation of the keys has ended; if none is under way, estimate the model again`,
    );
}

const SCOPE_PREFIX = 'familyScope:';

/** Everything on which linkage depends, in the form of `StrategyAdopted`, including the family scopes. */
export function adoptedStrategyOf({ id, strategy, familyScopes }: LinkageDefinition): StrategyData {
  const { name, parameters: settings } = strategyOf(strategy);
  const parameters = {
    ...settings,
    ...Object.fromEntries(familyScopes.map(({ scope, services }) => [SCOPE_PREFIX + scope, [...services]])),
  };
  return { programme: id, strategy: name, parameters, digest: strategyDigest(name, parameters) };
}

/**
 * The time of the first definition: the start of the day on which its first agreement comes into force. It is derived
 * from the definition, so that no clock is read.
 */
export const firstInstantOf = ({ definition }: Programme): string =>
  `${definition.agreements.map(({ validFrom }) => validFrom).reduce((a, b) => (a < b ? a : b))}T00:00:00Z`;

/**
 * Refuses a ledger whose families have other scopes.
 * @throws FamilyScopesDiffer.
 */
export function requireSameGround(
  { strategy }: Pick<ProgrammeLedger, 'strategy'>,
  { programme }: { readonly programme: { readonly definition: LinkageDefinition } },
): void {
  const now = adoptedStrategyOf(programme.definition);
  if (strategy !== undefined && canonicalJson(scopesIn(strategy)) !== canonicalJson(scopesIn(now)))
    throw familyScopesDiffer();
}

const scopesIn = ({ parameters }: StrategyData): StrategyData['parameters'] =>
  Object.fromEntries(Object.entries(parameters).filter(([name]) => name.startsWith(SCOPE_PREFIX)));

/** Whether a definition's strategy is the one in force in a ledger. */
export const isAdopted = ({ strategy }: ProgrammeLedger, definition: LinkageDefinition): boolean =>
  strategy?.digest === adoptedStrategyOf(definition).digest;

/** Cause of the events that bring a definition into force. */
const causeOfDefinition = (digest: string): string => `${DEFINITION_CAUSE}${digest}`;

/**
 * Decides everything again under the strategy of the definition in force, and adopts it. The engine already uses that
 * strategy, while its ledger was decided under another.
 * @param time of the message that is decided next.
 */
export async function adoptStrategy(
  context: Omit<DecisionContext, 'staged'>,
  definition: LinkageDefinition,
  time: string,
): Promise<void> {
  const { ledger, writer } = context;
  if (ledger.definition === undefined) throw ledgerUnreadable('no definition is in force');
  const cause = causeOfDefinition(ledger.definition.digest);
  const scribe = new Scribe(ledger, writer, { cause, time }, ledger.eventsCausedBy(cause));
  await writeDecisions(ledger.engine.relink(adoptedStrategyOf(definition)), scribe, context);
  await writer.finish();
}

/**
 * The events that bring the configured definition into force; undefined if it already is. The first strategy is adopted
 * with the first definition, later ones by `adoptStrategy`.
 * @param time ce_time of the message that is decided next, or `firstInstantOf` for an empty ledger.
 */
export function adoptionOf(
  ledger: ProgrammeLedger,
  { programme, signingKey: first }: ConfiguredProgramme,
  time: string,
): Adoption | undefined {
  const strategy = adoptedStrategyOf(programme.definition);
  const defined = ledger.definition?.digest !== programme.digest;
  const adopted = ledger.strategy === undefined;
  if (!defined && !adopted) return undefined;

  const signingKey = ledger.signingKey ?? first;
  const decisions: LedgerDecision[] = [];
  if (defined) {
    decisions.push({
      type: 'ProgrammeDefined',
      data: { programme: programme.definition.id, definition: programme.digest, signingKey },
    });
  }
  if (adopted) decisions.push({ type: 'StrategyAdopted', data: strategy });

  const cause = causeOfDefinition(programme.digest);
  const firstOrdinal = ledger.eventsCausedBy(cause);
  const events: EncodedLedgerEvent[] = [];
  const applied: LedgerEvent[] = [];
  for (const [index, decision] of decisions.entries()) {
    const revision = ledger.nextRevision + index;
    const encoded = encodeLedgerEvent({ ...decision, revision, time, cause, ordinal: firstOrdinal + index });
    events.push(encoded);
    const { version } = ledgerContracts[decision.type];
    applied.push({ ...decision, id: encoded.id, version, revision, time, cause });
  }
  const payload = { digest: programme.digest, bytes: Buffer.from(programme.documentJson, 'utf8') };
  return { events, applied, payloads: defined ? [payload] : [] };
}
