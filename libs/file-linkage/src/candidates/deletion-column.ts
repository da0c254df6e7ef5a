import { deletionsOf } from '@kinledger/derivations';
import type { FieldKind } from '@kinledger/kin';
import { numberOfDerived } from '../values/rungs-of-value.js';
import { sharedInts } from '../values/shared-arrays.js';
import { textOf, type Texts } from '../values/text-table.js';
import type { DeletionColumn } from './key-entries.js';

export interface DeletionsToMake {
  readonly kind: FieldKind;
  readonly texts: Texts;
}

/** The deletions of the values of a field: of an email address those before the @, of all else those without spaces. */
export function deletionColumn({ kind, texts }: DeletionsToMake): DeletionColumn {
  const starts = sharedInts(texts.size + 2);
  const found: number[] = [];
  for (let value = 1; value <= texts.size; value++) {
    starts[value] = found.length;
    const text = textOf(texts, value);
    const local = kind === 'email' ? text.slice(0, Math.max(0, text.indexOf('@'))) : text.replaceAll(' ', '');
    const rest = kind === 'email' ? text.slice(local.length) : '';
    for (const deletion of deletionsOf(local)) found.push(numberOfDerived(deletion + rest));
  }
  starts[texts.size + 1] = found.length;
  const deletions = sharedInts(found.length);
  deletions.set(found);
  return { starts, deletions };
}
