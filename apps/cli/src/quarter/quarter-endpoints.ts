import { InvalidArgumentError, type Command } from 'commander';
import type { Endpoint } from '../api/http.js';
import { homeDirectory, requireConnection } from '../connection/connection.js';

export interface Where {
  readonly home?: string;
  readonly token?: string;
}

/** Adds the options that say where services run, and as whom to call them. */
export const addWhere = (command: Command): Command =>
  command
    .option('--home <dir>', 'the home whose services run (default: KINLEDGER_HOME, else .kinledger here)')
    .option(
      '--token <token>',
      'bearer token (default: KINLEDGER_TOKEN, or the operator’s account of this machine)',
    );

/** The services that the commands about quarters call. @throws Failure where none run. */
export function quarterEndpoints({
  home,
  token,
}: Where): Readonly<Record<'ingest' | 'linker' | 'projector' | 'reporting', Endpoint>> {
  const { services, tokens } = requireConnection(homeDirectory(home));
  const given = token ?? process.env['KINLEDGER_TOKEN'] ?? tokens.operator;
  const at = (url: string): Endpoint => ({ url, token: given });
  return {
    ingest: at(services.ingest),
    linker: at(services.linker),
    projector: at(services.projector),
    reporting: at(services['reporting-api']),
  };
}

/** Reads the option `--edition`. */
export function editionAsked(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('expected an edition, from 1 to 99');
  return Number(text);
}
