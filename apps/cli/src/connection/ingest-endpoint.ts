import type { Endpoint } from '../api/http.js';
import { Failure } from '../failure.js';
import { homeDirectory, requireConnection } from './connection.js';
import { providerOf } from './provider-of.js';

interface Place {
  readonly url?: string;
  readonly token?: string;
}

/**
 * The ingest service that files of a dataset go to. On this machine the account is that of the dataset's provider, or
 * the data team's on its behalf.
 * @throws Failure for a service elsewhere without a token.
 */
export async function ingestFor({
  dataset,
  onBehalfOf,
  ...place
}: Place & { readonly dataset: string; readonly onBehalfOf?: string }): Promise<Endpoint> {
  if (onBehalfOf !== undefined) return ingestAsDataTeam(place);
  return ingestAt(
    place,
    async ({ tokens, programmeDirectory }) => tokens.providers[await providerOf(dataset, programmeDirectory)],
  );
}

/** The ingest service for what no provider is known of. On this machine the account is the data team's. */
export const ingestAsDataTeam = (place: Place): Promise<Endpoint> =>
  ingestAt(place, async ({ tokens }) => tokens.dataTeam);

async function ingestAt(
  { url, token: given }: Place,
  ownToken: (connection: ReturnType<typeof requireConnection>) => Promise<string | undefined>,
): Promise<Endpoint> {
  const token = given ?? process.env['KINLEDGER_TOKEN'];
  if (url !== undefined) {
    if (token === undefined)
      throw new Failure('with --url, a token is needed: give --token or set KINLEDGER_TOKEN');
    return { url, token };
  }
  const connection = requireConnection(homeDirectory());
  return { url: connection.services.ingest, token: token ?? (await ownToken(connection)) };
}
