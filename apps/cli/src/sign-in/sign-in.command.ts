import type { LocalConnection } from '@kinledger/contracts';
import { Option, type Command } from 'commander';
import { signInLinksApi } from '../api/sign-in-links.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { Refused } from '../api/http.js';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';

const pages = ['reports', 'ledger'] as const;
type Pages = (typeof pages)[number];

interface Options {
  readonly home?: string;
  readonly pages: Pages;
  readonly json?: boolean;
}

export function addSignInCommand(program: Command): void {
  program
    .command('sign-in')
    .description('prints a link that signs one browser in to the pages, once, within an hour')
    .addOption(
      new Option(
        '--pages <which>',
        'reports, as this machine’s operator; or ledger, which has closed quarters and explanations, as its auditor',
      )
        .choices(pages)
        .default('reports'),
    )
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option('--json', 'print one JSON document')
    .action(signIn);
}

async function signIn({ home, pages: which, json }: Options): Promise<void> {
  const { link, expiresAt } = await signInLink(requireConnection(homeDirectory(home)), which);
  print(json, { link, expiresAt }, () => link);
}

/** A one-time link for an account of this machine. @throws Refused if it has ended; Failure if there is none. */
async function signInLink(
  { services, tokens }: LocalConnection,
  which: Pages = 'reports',
): Promise<{ readonly link: string; readonly expiresAt: string }> {
  const [url, token] =
    which === 'reports' ? [services['reporting-api'], tokens.operator] : [services.projector, tokens.auditor];
  if (token === undefined) {
    throw new Failure(
      'this home has no account auditor: "kinledger accounts add auditor --role auditor" makes one',
    );
  }
  const { path, expiresAt } = await signInLinksApi({ url, token }).create();
  return { link: new URL(path, url).href, expiresAt };
}

/** The address of the pages to print: a sign-in link, unless the operator's account has ended. */
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
