import type { KnownEmptyValueDigests } from '@kinledger/intake-files';
import type { ColumnIdentifier } from '@kinledger/programme';
import { markOf, type SaltMarks, type SaltSpelling } from '@kinledger/pseudonymisation';
import { emptyValueListOf } from '@kinledger/pseudonymised-rows';

/** The marks of the salts in use, against which files are checked. */
export class KnownSalts implements KnownEmptyValueDigests {
  readonly spellings: readonly SaltSpelling[];
  readonly #nothing = new Map<string, ReadonlySet<string>>();

  constructor(marks: readonly SaltMarks[]) {
    this.spellings = marks.flatMap(({ spellings }) => spellings);
    for (const { nothing } of marks)
      for (const [list, ofSalt] of Object.entries(nothing))
        this.#nothing.set(list, new Set([...(this.#nothing.get(list) ?? []), ...ofSalt]));
  }

  /** Whether a digest is that of an empty value, for an identifier of one of these kinds. */
  isOfEmptyValue(kinds: readonly ColumnIdentifier['kind'][], digest: string): boolean {
    const mark = markOf(digest);
    return kinds.some((kind) => this.#nothing.get(emptyValueListOf(kind))?.has(mark) === true);
  }
}
