/** The subject and text of a mail. Both hold names of the programme, counts, days and a link: no value, title or identifier. */
export interface MailText {
  readonly subject: string;
  readonly text: string;
}

/** What mails call things by. */
export interface FileNames {
  readonly programme: string;
  readonly dataset: string;
  readonly period: string;
  /** Address of the file’s page. */
  readonly link: string;
}

export interface FileCountsOfMail {
  readonly read: number;
  readonly accepted: number;
  readonly warned: number;
  readonly rejected: number;
  readonly duplicate: number;
}

const count = (value: number): string => value.toLocaleString('en-GB');
const rows = (value: number): string => `${count(value)} ${value === 1 ? 'row' : 'rows'}`;
const paragraphs = (...all: readonly string[]): string => `${all.join('\n\n')}\n`;

const countLines = ({ read, accepted, warned, rejected, duplicate }: FileCountsOfMail): string =>
  [
    `Rows read: ${count(read)}`,
    `Accepted: ${count(accepted)}${warned > 0 ? `, of which ${count(warned)} with a warning` : ''}`,
    `Rejected: ${count(rejected)}`,
    ...(duplicate > 0 ? [`Repeated in the file: ${count(duplicate)}`] : []),
  ].join('\n');

const footer = (programme: string): string =>
  `You get this mail because an account of your organisation at ${programme} has this address. Nobody reads replies. To stop it, ask the data team.`;

/** @param until the day until which its error report is kept. */
export const refusedText = (
  names: FileNames,
  counts: FileCountsOfMail,
  { reason, until }: { readonly reason: string; readonly until: string },
): MailText => ({
  subject: `Refused: ${names.dataset}, ${names.period}`,
  text: paragraphs(
    `Your file for ${names.dataset}, ${names.period}, was refused as a whole. ${reason}. Nothing of it counts.`,
    countLines(counts),
    `What to do: open the page of the file, download the error report and correct what it names in your own system; then export and send the whole file again. The report is kept until ${until}.`,
    names.link,
    footer(names.programme),
  ),
});

export const linkedText = (names: FileNames, counts: FileCountsOfMail): MailText => ({
  subject: `Received and counted: ${names.dataset}, ${names.period}`,
  text: paragraphs(
    `Your file for ${names.dataset}, ${names.period}, was submitted, and its accepted rows are linked.`,
    countLines(counts),
    counts.rejected === 0
      ? 'What to do: nothing.'
      : `What to do: the ${rows(counts.rejected)} that ${counts.rejected === 1 ? 'was' : 'were'} rejected ${counts.rejected === 1 ? 'counts' : 'count'} nowhere. The page of the file says which rules were broken, and how often. Correct the rows in your own system and send the whole file again: it takes the place of this one. The answer to the upload has a new error report.`,
    names.link,
    footer(names.programme),
  ),
});

export const parkedText = (names: FileNames, counts: FileCountsOfMail): MailText => ({
  subject: `Not processed yet: ${names.dataset}, ${names.period}`,
  text: paragraphs(
    `Your file for ${names.dataset}, ${names.period}, was submitted and could not be processed. It counts nowhere until it is.`,
    countLines(counts),
    'What to do: nothing now. The data team looks into it, and asks you if the file has to be sent again.',
    names.link,
    footer(names.programme),
  ),
});

/** A return that a reminder names. */
export interface ReturnOfReminder {
  readonly dataset: string;
  readonly period: string;
  readonly due: string;
}

const MAX_LISTED = 30;

const listed = (heading: string, returns: readonly ReturnOfReminder[], word: string): readonly string[] =>
  returns.length === 0
    ? []
    : [
        [
          heading,
          ...returns
            .slice(0, MAX_LISTED)
            .map(({ dataset, period, due }) => `- ${dataset}, ${period}: ${word} ${due}`),
          ...(returns.length > MAX_LISTED ? [`and ${count(returns.length - MAX_LISTED)} more`] : []),
        ].join('\n'),
      ];

export const reminderText = (
  { programme, link }: { readonly programme: string; readonly link: string },
  { soon, late }: { readonly soon: readonly ReturnOfReminder[]; readonly late: readonly ReturnOfReminder[] },
): MailText => ({
  subject: late.length > 0 ? `Returns are late: ${programme}` : `Returns are due: ${programme}`,
  text: paragraphs(
    'Nothing has come yet for these returns of your organisation.',
    ...listed('Due soon:', soon, 'by'),
    ...listed('Late:', late, 'was due by'),
    'What to do: send the files. If there is nothing to report, say so on the page of returns.',
    link,
    footer(programme),
  ),
});
