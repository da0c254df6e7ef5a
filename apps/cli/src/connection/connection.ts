import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { localConnection, type LocalConnection } from '@kinledger/contracts';
import { Failure } from '../failure.js';

/** The launcher's home: an explicit option, `KINLEDGER_HOME`, or `.kinledger` in the working directory. */
export const homeDirectory = (option?: string): string =>
  resolve(option ?? process.env['KINLEDGER_HOME'] ?? '.kinledger');

/** The connection file of a running launcher, or undefined if none runs on this home. */
export function findConnection(home: string): LocalConnection | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, 'connection.json'), 'utf8');
  } catch {
    return undefined;
  }
  const result = localConnection.safeParse(JSON.parse(text));
  if (!result.success)
    throw new Failure(`${join(home, 'connection.json')} is of another version: restart Kinledger`);
  return isRunning(result.data.launcher.pid) ? result.data : undefined;
}

/** @throws Failure saying how to start the services. */
export function requireConnection(home: string): LocalConnection {
  const connection = findConnection(home);
  if (connection === undefined) {
    throw new Failure(
      `no services run on ${home}: start them with "npm start", set KINLEDGER_HOME to where they run, or give --url`,
    );
  }
  return connection;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
