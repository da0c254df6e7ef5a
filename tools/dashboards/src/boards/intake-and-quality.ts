import { maxBy, metric, quantile, rate, sumBy, type Board } from '../board.js';

const overRange = (name: `${string}_${string}`, matchers = '') =>
  `increase(${metric(name, matchers)}[$__range])`;
const rows = (matchers = '') => sumBy('dataset', overRange('kinledger_linked_rows_total', matchers));

/** What providers send, what is wrong with it, and how much of it is linked. */
export const intakeAndQuality: Board = {
  uid: 'kinledger-intake-and-quality',
  title: 'Kinledger: intake and data quality',
  description:
    'What each provider sends, what is wrong with it, and how much of it is linked. Choose the time above.',
  rows: [
    {
      title: 'Incidents',
      panels: [
        {
          title: 'Data incidents',
          description:
            'Files with clear text where digests are due, or with the salt. Each is an incident of its provider.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: sumBy('kind', overRange('kinledger_data_incidents_total')), legend: '{{kind}}' }],
        },
        {
          title: 'Rows withheld',
          description: 'Rows of people who were erased and asked not to be taken in again.',
          ...{ shows: 'value', unit: 'short', emptyWhenWell: true },
          queries: [{ expr: `sum(${overRange('kinledger_rows_suppressed_total')})`, legend: 'rows' }],
        },
        {
          title: 'Files that could not be processed',
          description: 'Accepted files whose rows could not be pseudonymised, by reason. They are parked.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('reason', overRange('kinledger_files_finished_total', 'outcome!="pseudonymised"')),
              legend: '{{reason}}',
            },
          ],
        },
      ],
    },
    {
      title: 'By data set',
      panels: [
        {
          title: 'Uploads, by outcome',
          description: 'Validated uploads, refused ones, and files that could not be read.',
          ...{ shows: 'table', unit: 'short' },
          queries: [
            {
              expr: sumBy('dataset, outcome', overRange('kinledger_uploads_total')),
              legend: '{{dataset}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Rows of uploads, by outcome',
          description: 'Rejected rows are in the error report of their upload.',
          ...{ shows: 'table', unit: 'short' },
          queries: [
            {
              expr: sumBy('dataset, outcome', overRange('kinledger_upload_rows_total')),
              legend: '{{dataset}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Share of rows rejected',
          description: 'Of the rows of all uploads, those submitted and those not.',
          ...{ shows: 'table', unit: 'percentunit' },
          queries: [
            {
              expr: `${sumBy('dataset', overRange('kinledger_upload_rows_total', 'outcome="rejected"'))} / ${sumBy('dataset', overRange('kinledger_upload_rows_total'))}`,
              legend: '{{dataset}}',
            },
          ],
        },
        {
          title: 'Findings since intake started, by rule',
          description: 'What the checks found in rows, warnings included.',
          ...{ shows: 'table', unit: 'short' },
          queries: [
            {
              expr: sumBy('dataset, rule', metric('kinledger_upload_findings_total')),
              legend: '{{dataset}} {{rule}}',
            },
          ],
        },
        {
          title: 'Rows linked, by outcome',
          description:
            'What became of the rows of linked submissions: founded an individual, joined one, were referred, or could not be linked.',
          ...{ shows: 'table', unit: 'short' },
          queries: [
            {
              expr: sumBy('dataset, outcome', overRange('kinledger_linked_rows_total')),
              legend: '{{dataset}} {{outcome}}',
            },
          ],
        },
        {
          title: 'Share of rows that cannot be linked',
          description: 'Rows without a usable identifier. They are in the upper bounds of the figures only.',
          ...{ shows: 'table', unit: 'percentunit' },
          queries: [
            {
              expr: `${rows('outcome="unlinkable"')} / ${rows('outcome!~"corrected|retired"')}`,
              legend: '{{dataset}}',
            },
          ],
        },
        {
          title: 'Submissions, by outcome',
          description:
            'Accepted; answered with an earlier one, as the same file had been sent; withdrawn; un-parked.',
          ...{ shows: 'table', unit: 'short' },
          queries: [
            {
              expr: sumBy('dataset, outcome', overRange('kinledger_submissions_total')),
              legend: '{{dataset}} {{outcome}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Expected returns and mails',
      panels: [
        {
          title: 'Open returns',
          description:
            'Periods of a dataset for which neither a file nor a nil return has come: due, late, or late for a dataset that was never delivered.',
          ...{ shows: 'table', unit: 'short', emptyWhenWell: true },
          queries: [
            {
              expr: `${maxBy('dataset, state', metric('kinledger_returns_open'))} > 0`,
              legend: '{{dataset}} {{state}}',
            },
          ],
        },
        {
          title: 'Mails',
          description:
            'Attempts to send results and reminders, by outcome, over the range shown. Empty where no mail server is configured.',
          ...{ shows: 'table', unit: 'short', emptyWhenWell: true },
          queries: [
            { expr: `${sumBy('outcome', overRange('kinledger_mails_total'))} > 0`, legend: '{{outcome}}' },
          ],
        },
        {
          title: 'Oldest mail that is not sent',
          description: 'Nothing waits for mails but the people who read them.',
          ...{ shows: 'value', unit: 's', alarmingFrom: 3600 },
          queries: [{ expr: maxBy('', metric('kinledger_mail_oldest_seconds')), legend: 'oldest' }],
        },
        {
          title: 'Mails that wait',
          description: 'Mails that the mail server has not taken yet.',
          ...{ shows: 'value', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_mails_waiting')), legend: 'mails' }],
        },
      ],
    },
    {
      title: 'Identifiers',
      panels: [
        {
          title: 'Tokens a second, by kind and use',
          description:
            'Identifiers that rows brought. A kind that stops coming is a column that a provider stopped filling.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: sumBy('kind, use', rate('kinledger_tokens_total')), legend: '{{kind}} {{use}}' }],
        },
        {
          title: 'Postcodes without an area a second',
          description:
            'Postcodes that the look-up does not know, and protected addresses, whose area is not looked up.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: sumBy('why', rate('kinledger_postcodes_without_area_total')), legend: '{{why}}' },
          ],
        },
      ],
    },
    {
      title: 'Receiving',
      panels: [
        {
          title: 'Bytes a second',
          description: 'Of uploaded files that were read to their end.',
          ...{ shows: 'lines', unit: 'Bps' },
          queries: [{ expr: `sum(${rate('kinledger_upload_bytes_total')})`, legend: 'bytes' }],
        },
        {
          title: 'Time to read an upload',
          description: 'From its first byte to its outcome.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            { expr: quantile(0.5, 'kinledger_upload_seconds'), legend: 'half' },
            { expr: quantile(0.99, 'kinledger_upload_seconds'), legend: '99 %' },
          ],
        },
        {
          title: 'Landed rows that wait, against the limit',
          description: 'Above 100 %, intake refuses uploads with 503 and says when to come again.',
          ...{ shows: 'lines', unit: 'percentunit', alarmingFrom: 1 },
          queries: [
            { expr: maxBy('', metric('kinledger_backlog_ratio', 'what="landed chunks"')), legend: 'landed' },
          ],
        },
      ],
    },
  ],
};
