import type { ProgrammeLedger } from '@kinledger/decisions';
import type { Intake } from '../inbox/inbox.js';

/** Why a command cannot be carried out; nothing is recorded. */
export type Refusal = 'submission-unknown' | 'submission-withdrawn-already' | 'submission-not-parked';

/** Whether an intake cannot be carried out. A function of the ledger: asked again, it answers the same. */
export function refusalOf(ledger: ProgrammeLedger, { kind, data }: Intake): Refusal | undefined {
  const standing = ledger.standingOf(data.submission);
  switch (kind) {
    case 'file':
      return undefined;
    case 'unparking':
      return standing === 'parked' ? undefined : 'submission-not-parked';
    case 'withdrawal':
      return refusalOfWithdrawal(standing);
    default:
      return kind satisfies never;
  }
}

function refusalOfWithdrawal(standing: ReturnType<ProgrammeLedger['standingOf']>): Refusal | undefined {
  switch (standing) {
    case 'parked':
    case 'standing':
    case 'superseded':
      return undefined;
    case 'unknown':
      return 'submission-unknown';
    case 'withdrawn':
      return 'submission-withdrawn-already';
    default:
      return standing satisfies never;
  }
}
