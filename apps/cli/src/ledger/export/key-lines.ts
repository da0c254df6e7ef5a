import { formatVerifierKey, parseVerifierKey, verifierKey } from '@kinledger/domain';

/** A key of a ledger, and the position from which on it signs. */
export interface KeyLine {
  readonly from: number;
  /** Base64 of its 32 bytes. */
  readonly publicKey: string;
  /** Base64 of the signature by the key before it; absent for the first key. */
  readonly signature?: string | undefined;
}

/** A line of `keys.txt`, its end included. */
export const keyLine = (origin: string, { from, publicKey, signature }: KeyLine): string =>
  `${[from, formatVerifierKey(verifierKey(origin, publicKey)), ...(signature === undefined ? [] : [signature])].join(' ')}\n`;

/** Reads the lines of `keys.txt`; undefined if one is not as `keyLine` writes it. */
export function readKeyLines(origin: string, text: string): KeyLine[] | undefined {
  const lines = text.split('\n').slice(0, -1).map(readLine);
  const read = lines.filter((line) => line !== undefined);
  return read.map((line) => keyLine(origin, line)).join('') === text ? read : undefined;
}

function readLine(line: string): KeyLine | undefined {
  const [digits = '', verifier = '', signature] = line.split(' ');
  const key = parseVerifierKey(verifier);
  if (key === undefined || !/^(0|[1-9]\d{0,15})$/.test(digits)) return undefined;
  return { from: Number(digits), publicKey: Buffer.from(key.publicKey).toString('base64'), signature };
}
