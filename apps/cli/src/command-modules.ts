import type { Command } from 'commander';

/** Adds commands to the program. */
type AddCommands = (program: Command) => void;

interface CommandModule {
  /** The commands that it adds. */
  readonly names: readonly string[];
  readonly load: () => Promise<AddCommands>;
}

/**
 * All commands, in the order in which the help lists them. A module is loaded when its command is given: with what it imports,
 * all of them take half a second.
 */
const modules: readonly CommandModule[] = [
  { names: ['demo'], load: async () => (await import('./demo/demo.command.js')).addDemoCommand },
  { names: ['start'], load: async () => (await import('./start/start.command.js')).addStartCommand },
  { names: ['submit'], load: async () => (await import('./submit/submit.command.js')).addSubmitCommand },
  {
    names: ['submissions'],
    load: async () => (await import('./submissions/submissions.command.js')).addSubmissionsCommand,
  },
  { names: ['returns'], load: async () => (await import('./returns/returns.command.js')).addReturnsCommand },
  {
    names: ['mappings'],
    load: async () => (await import('./mappings/mappings.command.js')).addMappingsCommand,
  },
  {
    names: ['commands'],
    load: async () => (await import('./commands/commands.command.js')).addCommandsCommand,
  },
  { names: ['figures'], load: async () => (await import('./figures/figures.command.js')).addFiguresCommand },
  { names: ['quarter'], load: async () => (await import('./quarter/quarter.command.js')).addQuarterCommand },
  { names: ['golden'], load: async () => (await import('./golden/golden.command.js')).addGoldenCommand },
  { names: ['review'], load: async () => (await import('./review/review.command.js')).addReviewCommand },
  { names: ['quality'], load: async () => (await import('./quality/quality.command.js')).addQualityCommand },
  {
    names: ['strategy'],
    load: async () => (await import('./strategy/strategy.command.js')).addStrategyCommand,
  },
  { names: ['study'], load: async () => (await import('./study/study.command.js')).addStudyCommand },
  { names: ['attack'], load: async () => (await import('./attack/attack.command.js')).addAttackCommand },
  { names: ['rebuild'], load: async () => (await import('./rebuild/rebuild.command.js')).addRebuildCommand },
  { names: ['ledger'], load: async () => (await import('./ledger/ledger.command.js')).addLedgerCommand },
  { names: ['link'], load: async () => (await import('./link/link.command.js')).addLinkCommand },
  {
    names: ['templates'],
    load: async () => (await import('./templates/templates.command.js')).addTemplatesCommand,
  },
  {
    names: ['family-notice'],
    load: async () => (await import('./families/family-notice.command.js')).addFamilyNoticeCommand,
  },
  {
    names: ['pseudonymise'],
    load: async () => (await import('./pseudonymise/pseudonymise.command.js')).addPseudonymiseCommand,
  },
  {
    names: ['generate'],
    load: async () => (await import('./generate/generate.command.js')).addGenerateCommand,
  },
  { names: ['profile'], load: async () => (await import('./profile/profile.command.js')).addProfileCommand },
  {
    names: ['backup', 'restore'],
    load: async () => (await import('./backup/backup.command.js')).addBackupCommands,
  },
  { names: ['erase'], load: async () => (await import('./erase/erase.command.js')).addEraseCommand },
  { names: ['keys'], load: async () => (await import('./keys/keys.command.js')).addKeysCommand },
  {
    names: ['accounts'],
    load: async () => (await import('./accounts/accounts.command.js')).addAccountsCommand,
  },
  { names: ['sign-in'], load: async () => (await import('./sign-in/sign-in.command.js')).addSignInCommand },
  {
    names: ['database'],
    load: async () => (await import('./database/database.command.js')).addDatabaseCommand,
  },
  { names: ['install'], load: async () => (await import('./install/install.command.js')).addInstallCommand },
];

/**
 * Adds the command that is given, or all commands, where the help is asked for or no command has the name.
 * @param given the first argument.
 */
export async function addCommands(program: Command, given: string | undefined): Promise<void> {
  const named = modules.filter(({ names }) => given !== undefined && names.includes(given));
  for (const { load } of named.length > 0 ? named : modules) (await load())(program);
}
