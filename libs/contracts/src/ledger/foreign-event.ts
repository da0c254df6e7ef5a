/** A ledger’s stream contains an event that Kinledger did not write. Its meaning is unknown, so readers stop there. */
export interface ForeignEvent extends Error {
  readonly code: 'foreign-event';
  readonly stream: string;
  readonly revision: number;
}

export const isForeignEvent = (error: unknown): error is ForeignEvent =>
  error instanceof Error && 'code' in error && error.code === 'foreign-event';

export function foreignEvent(
  stream: string,
  { revision, type }: { readonly revision: number; readonly type: string },
): ForeignEvent {
  const error = Object.assign(
    new Error(`revision ${revision} of ${stream} was not written by Kinledger (type ${shown(type)})`),
    { code: 'foreign-event' as const, stream, revision },
  );
  // The fault is in the stream, so the call stack is no help.
  error.stack = `Error: ${error.message}`;
  return error;
}

/** A foreign event's type may be any text. */
const shown = (type: string): string =>
  /^[\w$.:-]{1,80}$/.test(type) ? type : 'with a name that is not shown';
