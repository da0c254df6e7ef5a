import type { KeyObject } from 'node:crypto';
import type { DataOf, SigningKeyChanged } from '@kinledger/contracts';
import { signKeyChange } from '@kinledger/domain';
import { signingKeyDiffers } from './errors.js';
import type { DecisionWriter } from './decision-writer.js';
import type { ProgrammeLedger } from './programme-ledger.js';
import { streamOf } from './programme-stream.js';
import { Scribe } from './scribe.js';

/** The key before the configured one. It signs the change to that. */
export interface PreviousSigningKey {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
}

/** The configured keys of a linker. */
export interface ConfiguredKeys {
  /** Ed25519 public key, base64 of its 32 bytes. */
  readonly signingKey: string;
  readonly previousKey?: PreviousSigningKey | undefined;
}

/** A change of key that is due, signed by the key in force. */
export interface DueKeyChange {
  readonly signingKey: string;
  readonly previousKey: PreviousSigningKey;
}

/**
 * The change that the configured keys ask of a ledger; undefined if its key in force is the configured one.
 * @throws SigningKeyDiffers if it is neither that nor the previous one, or if the configured key was in force before.
 */
export function keyChangeDue(
  { signingKeys, signingKey: inForce }: ProgrammeLedger,
  { signingKey, previousKey }: ConfiguredKeys,
): DueKeyChange | undefined {
  if (inForce === undefined || inForce === signingKey) return undefined;
  if (signingKeys.some(({ publicKey }) => publicKey === signingKey)) {
    throw signingKeyDiffers(
      'the configured signing key was replaced by another one, and does not come back: configure the key in force, or create a new one and configure the key in force as the previous one',
    );
  }
  if (previousKey?.publicKey !== inForce) {
    throw signingKeyDiffers(
      `the configured signing key is not the one in force in the ledger, ${previousKey === undefined ? 'and no previous key is configured' : 'and neither is the configured previous key'}: restore the key in force; or, to change the key, set KINLEDGER_PREVIOUS_SIGNING_KEY_FILE to it, which signs the change`,
    );
  }
  return { signingKey, previousKey };
}

/** Writes the change of key, a decision of its own. @param time of the event before it: no clock is read. */
export async function changeSigningKey(
  { ledger, writer }: { readonly ledger: ProgrammeLedger; readonly writer: DecisionWriter },
  programme: DataOf<typeof SigningKeyChanged>['programme'],
  { signingKey, previousKey }: DueKeyChange,
  time: string,
): Promise<void> {
  const change = { stream: streamOf(programme), from: ledger.nextRevision, publicKey: signingKey };
  const signature = signKeyChange(change, previousKey.privateKey);
  const data = { programme, signingKey, previous: previousKey.publicKey, signature };
  // A key comes into force once, so that this cause does not come again.
  const scribe = new Scribe(ledger, writer, { cause: `signing-key:${signingKey}`, time });
  scribe.write({ type: 'SigningKeyChanged', data });
  await writer.finish();
}
