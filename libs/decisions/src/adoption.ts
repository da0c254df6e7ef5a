import { ledgerContracts, type DataOf, type LedgerDecision, type LedgerEvent } from '@kinledger/contracts';
import {
  encodeLedgerEvent,
  strategyDigest,
  strategyOf,
  type EncodedLedgerEvent,
  type LinkageEngineOptions,
} from '@kinledger/domain';
import type { Payload } from '@kinledger/event-store';
import type { Programme } from '@kinledger/programme';
import { signingKeyDiffers, strategyDiffers } from './errors.js';
import type { ProgrammeLedger } from './programme-ledger.js';

/** What a programme's linker works with, as its files say it. */
export interface ConfiguredProgramme {
  readonly programme: Programme;
  /** Ed25519 public key, base64 of its 32 bytes. */
  readonly signingKey: string;
}

/** Events of a definition that comes into force, as one append. */
export interface Adoption {
  readonly events: readonly EncodedLedgerEvent[];
  readonly payloads: readonly Payload[];
  readonly applied: readonly LedgerEvent[];
}

/** What the engine needs of a definition. */
export const engineOptionsOf = ({ definition }: Programme): LinkageEngineOptions => ({
  strategy: strategyOf(definition.strategy),
  familyScopes: definition.familyScopes,
});

/** All that linkage depends on, as `StrategyAdopted` says it: the family scopes too. */
export function adoptedStrategyOf(programme: Programme): DataOf<typeof ledgerContracts.StrategyAdopted> {
  const { id, strategy, familyScopes } = programme.definition;
  const { name, parameters: settings } = strategyOf(strategy);
  const parameters = {
    ...settings,
    ...Object.fromEntries(familyScopes.map(({ scope, services }) => [`familyScope:${scope}`, [...services]])),
  };
  return { programme: id, strategy: name, parameters, digest: strategyDigest(name, parameters) };
}

/**
 * The instant that the first definition bears: the beginning of the day on which its first agreement comes into
 * force. It stands in the definition, so that no clock is read.
 */
export const firstInstantOf = ({ definition }: Programme): string =>
  `${definition.agreements.map(({ validFrom }) => validFrom).reduce((a, b) => (a < b ? a : b))}T00:00:00Z`;

/**
 * Refuses to go on where the ledger was written with another key, or decided by another strategy.
 * @throws SigningKeyDiffers, StrategyDiffers.
 */
export function requireSameGround(ledger: ProgrammeLedger, configured: ConfiguredProgramme): void {
  const { definition, strategyDigest: adopted } = ledger;
  if (definition !== undefined && definition.signingKey !== configured.signingKey) throw signingKeyDiffers();
  if (adopted !== undefined && adopted !== adoptedStrategyOf(configured.programme).digest)
    throw strategyDiffers();
}

/**
 * What must be appended so that the configured definition is the one in force; nothing where it is already.
 * @param time ce_time of the message that is decided next, or `firstInstantOf` for an empty ledger.
 */
export function adoptionOf(
  ledger: ProgrammeLedger,
  { programme, signingKey }: ConfiguredProgramme,
  time: string,
): Adoption | undefined {
  const strategy = adoptedStrategyOf(programme);
  const defined = ledger.definition?.digest !== programme.digest;
  const adopted = ledger.strategyDigest === undefined;
  if (!defined && !adopted) return undefined;

  const decisions: LedgerDecision[] = [];
  if (defined) {
    decisions.push({
      type: 'ProgrammeDefined',
      data: { programme: programme.definition.id, definition: programme.digest, signingKey },
    });
  }
  if (adopted) decisions.push({ type: 'StrategyAdopted', data: strategy });

  const cause = `definition:${programme.digest}`;
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
