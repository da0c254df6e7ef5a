import { join } from 'node:path';
import { accessRoles, providerId, type AccessRole, type StoredAccount } from '@kinledger/contracts';
import { Option, type Command } from 'commander';
import { homeDirectory } from '../connection/connection.js';
import { Failure } from '../failure.js';
import { print } from '../output/output.js';
import { table } from '../output/table.js';
import { changeAccounts, hashOf, newToken, readAccounts } from './access-accounts.js';
import { expiryOf } from './expiry.js';
import { keepLocalToken } from './local-tokens.js';

interface Where {
  readonly home?: string;
  readonly file?: string;
  readonly json?: boolean;
}
interface AddOptions extends Where {
  readonly role: readonly AccessRole[];
  readonly provider?: string;
  readonly email?: string;
  readonly expires?: string;
}
interface RotateOptions extends Where {
  readonly expires?: string;
}

export function addAccountsCommand(program: Command): void {
  const accounts = program.command('accounts').description('who may call the services');
  const add = (name: string, description: string) =>
    accounts
      .command(name)
      .description(description)
      .option('--home <dir>', 'home of the services (default: KINLEDGER_HOME, else .kinledger here)')
      .option('--file <file>', 'access file of services that run elsewhere, instead of a home')
      .option('--json', 'print one JSON document');
  const expires = '--expires <day>';
  add('add', 'makes an account and prints its token, which is kept nowhere')
    .argument('<name>', 'lower-case words joined by hyphens')
    .addOption(new Option('--role <role...>', 'what it may do').choices(accessRoles).makeOptionMandatory())
    .option('--provider <id>', 'whose files it sends; needed by the role provider')
    .option('--email <address>', 'where mails about its provider’s files and returns go')
    .option(expires, 'last day on which the token opens anything, e.g. 2027-03-31 (default: no end)')
    .action(addAccount);
  add('rotate', 'gives an account another token and prints it; the old one opens nothing from then on')
    .argument('<name>', 'name of the account')
    .option(expires, 'last day of the new token, or never (default: as it was)')
    .action(rotate);
  add('email', 'sets where mails about the files and returns of an account’s provider go')
    .argument('<name>', 'name of the account')
    .argument('<address>', 'the address, or none')
    .action(setEmail);
  add('revoke', 'removes an account: its token opens nothing from then on')
    .argument('<name>', 'name of the account')
    .action(revoke);
  add('list', 'lists accounts; tokens are kept nowhere').action(list);
}

const fileOf = ({ file, home }: Where): string => file ?? join(homeDirectory(home), 'access.json');

/** Updates the tokens that this machine's own commands use. Does nothing for an access file outside the home. */
function keep(where: Where, account: StoredAccount, token: string | undefined): void {
  if (where.file === undefined) keepLocalToken(homeDirectory(where.home), account, token);
}

function addAccount(name: string, options: AddOptions): void {
  const provider = options.provider === undefined ? undefined : providerId.safeParse(options.provider);
  if (provider?.success === false) throw new Failure('--provider is the id of a provider of the programme');
  const expiresAt = options.expires === undefined ? undefined : expiryOf(options.expires, Date.now());
  const token = newToken();
  const account: StoredAccount = {
    name,
    tokenSha256: hashOf(token),
    roles: [...options.role],
    ...(provider === undefined ? {} : { provider: provider.data }),
    ...(options.email === undefined ? {} : { email: options.email }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
  changeAccounts(fileOf(options), (accounts) => {
    if (accounts.some((each) => each.name === name)) {
      throw new Failure(`there is an account ${name} already: "accounts rotate" gives it another token`);
    }
    return [...accounts, account];
  });
  keep(options, account, token);
  tellToken(options, account, token);
}

function rotate(name: string, options: RotateOptions): void {
  const token = newToken();
  let rotated: StoredAccount | undefined;
  changeAccounts(fileOf(options), (accounts) => {
    const { expiresAt: before, ...account } = named(accounts, name);
    const expiresAt = options.expires === undefined ? before : expiryOf(options.expires, Date.now());
    if (expiresAt !== undefined && Date.parse(expiresAt) <= Date.now()) {
      throw new Failure(`the account ${name} has expired: say with --expires until when its new token holds`);
    }
    const next = {
      ...account,
      tokenSha256: hashOf(token),
      ...(expiresAt === undefined ? {} : { expiresAt }),
    };
    rotated = next;
    return accounts.map((each) => (each.name === name ? next : each));
  });
  if (rotated === undefined) return;
  keep(options, rotated, token);
  tellToken(options, rotated, token);
}

function setEmail(name: string, address: string, options: Where): void {
  const email = address === 'none' ? undefined : address;
  changeAccounts(fileOf(options), (accounts) => {
    const { email: _, ...account } = named(accounts, name);
    const changed = email === undefined ? account : { ...account, email };
    return accounts.map((each) => (each.name === name ? changed : each));
  });
  print(options.json, { name, email: email ?? null }, () =>
    email === undefined ? `${name} gets no mails.` : `Mails for ${name} go to ${email}.`,
  );
}

function revoke(name: string, options: Where): void {
  let revoked: StoredAccount | undefined;
  changeAccounts(fileOf(options), (accounts) => {
    revoked = named(accounts, name);
    return accounts.filter((each) => each.name !== name);
  });
  if (revoked === undefined) return;
  keep(options, revoked, undefined);
  print(options.json, { revoked: name }, () => `Revoked ${name}: its token opens nothing from now on.`);
}

function list(options: Where): void {
  const accounts = readAccounts(fileOf(options)).map(({ tokenSha256: _, ...account }) => ({
    ...account,
    expired: account.expiresAt !== undefined && Date.parse(account.expiresAt) <= Date.now(),
  }));
  const titles = ['Account', 'Roles', 'Provider', 'Mails to', 'Token ends'].map((title) => ({ title }));
  print(options.json, { accounts }, () =>
    table(
      titles,
      accounts.map(({ name, roles, provider, email, expiresAt, expired }) => [
        name,
        roles.join(', '),
        provider ?? '',
        email ?? '',
        expiresAt === undefined ? '' : `${expiresAt}${expired ? ' (expired)' : ''}`,
      ]),
    ),
  );
}

/** @throws Failure if no account has that name. */
function named(accounts: readonly StoredAccount[], name: string): StoredAccount {
  const found = accounts.find((each) => each.name === name);
  if (found === undefined) throw new Failure('there is no account of that name: "accounts list" shows them');
  return found;
}

function tellToken({ json }: Where, { name, roles, expiresAt }: StoredAccount, token: string): void {
  print(json, { name, roles, expiresAt: expiresAt ?? null, token }, () =>
    [
      `Token of ${name}, which is shown here and never again:`,
      `  ${token}`,
      expiresAt === undefined ? 'It holds until it is rotated or revoked.' : `It holds until ${expiresAt}.`,
    ].join('\n'),
  );
}
