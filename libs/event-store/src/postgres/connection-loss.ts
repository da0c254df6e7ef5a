import pg from 'pg';
import { isStreamGap } from '../errors.js';

/** Connection failure, server shutting down or starting, too many connections. */
const passing = /^(08...|57P0[123]|53300)$/;

/** True for an error that says nothing about the statement, only that the server was out of reach for the moment. */
export function isConnectionLoss(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return passing.test(error.code ?? '');
  if (isStreamGap(error)) return false;
  // What pg and sockets throw beside answers of the server are plain errors, by far not all of them with a code.
  return error instanceof Error && !(error instanceof TypeError) && !(error instanceof RangeError);
}
