import pg from 'pg';
import { isStreamGap } from '../errors.js';

/** SQLSTATEs of a connection failure, a server that shuts down or starts, and too many connections. */
const passing = /^(08...|57P0[123]|53300)$/;

/** True for an error that concerns not the statement but the connection: the server was unreachable for a moment. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return passing.test(error.code ?? '');
  if (isStreamGap(error)) return false;
  // Errors that are not answers of the server, from pg or a socket, are plain errors; most have no code.
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}
