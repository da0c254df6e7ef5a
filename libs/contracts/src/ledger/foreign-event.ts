/** A ledger’s stream holds an event that Kinledger did not write. Nobody can say what it should mean: readers stop there. */
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
  // What is wrong lies in the stream, not where it was read.
  error.stack = `Error: ${error.message}`;
  return error;
}

/** A stranger may have put anything into a type. */
const shown = (type: string): string =>
  /^[\w$.:-]{1,80}$/.test(type) ? type : 'with a name that is not shown';
