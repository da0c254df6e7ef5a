import type { Endpoint } from '../api/http.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';
import { providerOf } from '../connection/provider-of.js';
import { Failure } from '../failure.js';

/**
 * The ingest service that files of a dataset go to. On this machine the account is that of the dataset's provider, or
 * the data team's on its behalf.
 * @throws Failure for a service elsewhere without a token.
 */
export async function ingestFor(options: {
  readonly dataset: string;
  readonly url?: string;
  readonly token?: string;
  readonly onBehalfOf?: string;
}): Promise<Endpoint> {
  const token = options.token ?? process.env['KINLEDGER_TOKEN'];
  if (options.url !== undefined) {
    if (token === undefined)
      throw new Failure('with --url, a token is needed: give --token or set KINLEDGER_TOKEN');
    return { url: options.url, token };
  }
  const { services, tokens, programmeDirectory } = requireConnection(homeDirectory());
  const ofProvider =
    options.onBehalfOf === undefined
      ? tokens.providers[await providerOf(options.dataset, programmeDirectory)]
      : tokens.dataTeam;
  return { url: services.ingest, token: token ?? ofProvider };
}
