import { hash } from 'node:crypto';
import { RowChunk, type RecordId, type RowBody, type TokenUse, type TokenViewer } from '@kinledger/contracts';

const NHS_NUMBER = 1;
const BIRTH_DATE = 2;

/** Value domains whose tokens identify a person on their own. A mobile does so beside a birth date. */
const identifiers: ReadonlySet<string> = new Set(['nhs-number', 'child-key', 'email']);
const BIRTH_DATE_DOMAIN = 'birth-date';
const IDENTIFIER = 1;
const MOBILE = 2;
const GUARD = 4;

/**
 * The body of a row, and what tells its person from others, for the upper bound of reach. Read models contain no token:
 * the marks stand for those of the row.
 */
export interface MarkedBody extends RowBody {
  /** Bits for an NHS number and for a birth date (a child key contains one); none of a row without an identifier. */
  readonly marks: number;
  /**
   * Stands for the provider's own case number: the first 64 bits of a digest of its token, as 16 hexadecimal digits. It
   * is only compared among the records of one individual.
   */
  readonly caseMark: string | null;
  /**
   * The same of a row without an identifier, which has neither marks nor a `caseMark`. Whatever joined it to an individual,
   * a provider may have given its case number to a family, so nothing says that it is of the same person as another row.
   * A row without a case number is a case of its own: only a row with an identifier has none here.
   */
  readonly unidentifiedCase: string | null;
}

/** Marked bodies by record id. */
export interface MarkedBodies {
  get(record: RecordId): MarkedBody | undefined;
}

/**
 * Reads the rows of a row chunk, without those that were cut out. Of their tokens it decodes only case numbers.
 * @throws UnreadableContract
 */
export function markedBodiesIn(bytes: Uint8Array): MarkedBody[] {
  const chunk = new RowChunk(bytes);
  const bodies: MarkedBody[] = [];
  let marks = 0;
  let caseMark: string | null = null;
  let identity = 0;
  const mark: TokenViewer = (domain, use, token) => {
    marks |= marksOf(domain, use);
    identity |= identityOf(domain, use);
    if (use === 'local') caseMark ??= caseMarkOf(token());
  };
  for (let ordinal = 0; ordinal < chunk.count; ordinal += 1) {
    marks = 0;
    caseMark = null;
    identity = 0;
    const body = chunk.body(ordinal, mark);
    if (body === undefined) continue;
    const { record, rowKey, role, attributes, facts } = body;
    const content = { record, rowKey, role, attributes, facts };
    const ownCase = caseMark as string | null; // set while the tokens were viewed
    bodies.push(
      isIdentified(identity)
        ? { ...content, marks, caseMark, unidentifiedCase: null }
        : {
            ...content,
            marks: 0,
            caseMark: null,
            unidentifiedCase: ownCase ?? caseMarkOf(`of row ${rowKey}`),
          },
    );
  }
  return bodies;
}

/** What a token adds to the bits from which {@link isIdentified} tells whether a row has a usable identifier. */
function identityOf(domain: string, use: TokenUse): number {
  if (use === 'guard') return domain === BIRTH_DATE_DOMAIN ? GUARD : 0;
  if (use !== 'identity') return 0;
  if (domain === 'mobile') return MOBILE;
  return identifiers.has(domain) ? IDENTIFIER : 0;
}

const isIdentified = (identity: number): boolean =>
  (identity & IDENTIFIER) !== 0 || (identity & (MOBILE | GUARD)) === (MOBILE | GUARD);

/** What a token adds to the marks of its row. */
function marksOf(domain: string, use: TokenUse): number {
  if (use === 'identity' && domain === 'nhs-number') return NHS_NUMBER;
  const saysBirthDate =
    (use === 'identity' && domain === 'child-key') || (use === 'guard' && domain === BIRTH_DATE_DOMAIN);
  return saysBirthDate ? BIRTH_DATE : 0;
}

const caseMarkOf = (token: string): string => hash('sha256', `case mark ${token}`, 'hex').slice(0, 16);
