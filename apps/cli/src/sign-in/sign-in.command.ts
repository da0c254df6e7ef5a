import type { LocalConnection } from '@kinledger/contracts';
import type { Command } from 'commander';
import { reportingApi } from '../api/reporting.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Refused } from '../api/http.js';
import { print } from '../output/output.js';

interface Options {
  readonly home?: string;
  readonly json?: boolean;
}

export function addSignInCommand(program: Command): void {
  program
    .command('sign-in')
    .description('prints a link that signs one browser in to the pages, once, within an hour')
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(signIn);
}

async function signIn({ home, json }: Options): Promise<void> {
  const { link, expiresAt } = await signInLink(requireConnection(homeDirectory(home)));
  print(json, { link, expiresAt }, () => link);
}

/** A one-time link for this machine's reader account. @throws Refused if that account has ended. */
async function signInLink({
  services,
  tokens,
}: LocalConnection): Promise<{ readonly link: string; readonly expiresAt: string }> {
  const url = services['reporting-api'];
  const { path, expiresAt } = await reportingApi({ url, token: tokens.reader }).signInLink();
  return { link: new URL(path, url).href, expiresAt };
}

/** The address of the pages to print: a sign-in link, unless the reader's account has ended. */
export async function pagesAddress(
  connection: LocalConnection,
): Promise<readonly [address: string, how: string]> {
  try {
    const { link } = await signInLink(connection);
    return [link, '(signs one browser in, once, within an hour; "kinledger sign-in" prints another link)'];
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return [connection.services['reporting-api'], '(sign in with the token of an account)'];
  }
}
