import pg from 'pg';

/**
 * Connection failure; server shutting down, crashed or starting; too many connections; password refused, which passes
 * when a changed password has reached both sides.
 */
const passingStates = /^(08...|57P0[123]|53300|28P01)$/;
const socketCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** Messages of pg for a connection that broke or was never made: plain errors without a code. */
const brokenConnection = /^Connection terminated|^timeout exceeded when trying to connect|connection error/;

/** Whether an error means that the database is temporarily unavailable, rather than that the statement failed. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return passingStates.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  return ('code' in error && socketCodes.has(error.code)) || brokenConnection.test(error.message);
}

/** SQLSTATE disk_full. */
export const DISK_FULL = '53100';

/** Whether the database's disk is full. */
export const isDiskFull = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code === DISK_FULL;
