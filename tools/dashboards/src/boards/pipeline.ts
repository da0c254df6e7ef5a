import { maxBy, metric, quantile, rate, type Board } from '../board.js';

/** Where is my file, how fast do rows go through, and what waits? */
export const pipeline: Board = {
  uid: 'kinledger-pipeline',
  title: 'Kinledger: pipeline',
  description: 'Where files are, how fast rows go through, and what waits.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Oldest file that is not decided',
          description: 'The objective is 15 minutes. Parked files are counted beside it.',
          ...{ shows: 'value', unit: 's', alarmingFrom: 900 },
          queries: [{ expr: maxBy('', metric('kinledger_linker_oldest_file_seconds')), legend: 'waits' }],
        },
        {
          title: 'Files that wait for a decision',
          description: 'Accepted files that the linker has not decided.',
          ...{ shows: 'value', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_inbox', 'what="waiting"')), legend: 'files' }],
        },
        {
          title: 'Parked submissions',
          description:
            'Submissions that could not be processed. Each waits until a person un-parks or withdraws it.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: maxBy('', metric('kinledger_linker_inbox', 'what="parked"')), legend: 'parked' }],
        },
        {
          title: 'Figures are behind',
          description:
            'Time since the figures last held everything that is decided. The objective is 5 minutes.',
          ...{ shows: 'value', unit: 's', alarmingFrom: 300 },
          queries: [{ expr: maxBy('', metric('kinledger_projector_lag_seconds')), legend: 'behind' }],
        },
      ],
    },
    {
      title: 'From a file to figures',
      panels: [
        {
          title: 'Time from acceptance to each stage, 95 %',
          description:
            '95 of 100 files took at most this long until they were pseudonymised, linked, and in the figures.',
          ...{ shows: 'lines', unit: 's' },
          queries: [{ expr: quantile(0.95, 'kinledger_file_lag_seconds', 'stage'), legend: '{{stage}}' }],
        },
        {
          title: 'Time from acceptance to each stage, half of the files',
          description: 'Half of the files took at most this long.',
          ...{ shows: 'lines', unit: 's' },
          queries: [{ expr: quantile(0.5, 'kinledger_file_lag_seconds', 'stage'), legend: '{{stage}}' }],
        },
        {
          title: 'Files a second',
          description: 'Files that were accepted, pseudonymised and decided. The three meet over time.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: `sum(${rate('kinledger_submissions_total', 'outcome="accepted"')})`, legend: 'accepted' },
            {
              expr: `sum(${rate('kinledger_files_finished_total', 'outcome="pseudonymised"')})`,
              legend: 'pseudonymised',
            },
            { expr: `sum(${rate('kinledger_linker_decided_total', 'outcome="linked"')})`, legend: 'linked' },
          ],
        },
        {
          title: 'Rows a second',
          description: 'Rows that were read, pseudonymised, linked, and counted in the figures.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: `sum(${rate('kinledger_upload_rows_total')})`, legend: 'read' },
            { expr: `sum(${rate('kinledger_rows_pseudonymised_total')})`, legend: 'pseudonymised' },
            { expr: `sum(${rate('kinledger_linker_rows_total')})`, legend: 'linked' },
            {
              expr: `sum(${rate('kinledger_linked_rows_total', 'outcome!~"corrected|retired"')})`,
              legend: 'in the figures',
            },
          ],
        },
      ],
    },
    {
      title: 'How long each step takes',
      panels: [
        {
          title: 'Reading an upload, 95 %',
          description: 'From the first byte of an upload to its outcome.',
          ...{ shows: 'lines', unit: 's' },
          queries: [{ expr: quantile(0.95, 'kinledger_upload_seconds', 'outcome'), legend: '{{outcome}}' }],
        },
        {
          title: 'Pseudonymising a file, 95 %',
          description: 'From the first row of a file to its last message.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            {
              expr: quantile(0.95, 'kinledger_file_pseudonymisation_seconds', 'outcome'),
              legend: '{{outcome}}',
            },
          ],
        },
        {
          title: 'Deciding a file or command, 95 %',
          description: 'From the beginning of a decision until its last event is durable.',
          ...{ shows: 'lines', unit: 's' },
          queries: [{ expr: quantile(0.95, 'kinledger_linker_decision_seconds'), legend: 'decision' }],
        },
        {
          title: 'Uploads being received',
          description: 'Uploads whose bytes arrive at this moment.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: `sum(${metric('kinledger_uploads_receiving')})`, legend: 'uploads' }],
        },
      ],
    },
    {
      title: 'What waits',
      panels: [
        {
          title: 'Room before producers are held back',
          description:
            'What waits downstream, as a share of the limit. From 100 % on, the producer waits, or intake refuses uploads for a while.',
          ...{ shows: 'lines', unit: 'percentunit', alarmingFrom: 1 },
          queries: [{ expr: maxBy('what', metric('kinledger_backlog_ratio')), legend: '{{what}}' }],
        },
        {
          title: 'Inbox of the linker',
          description:
            'Files, commands and chunks of rows that wait; commands that were refused; parked submissions.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('what', metric('kinledger_linker_inbox')), legend: '{{what}}' }],
        },
        {
          title: 'Messages in outboxes',
          description: 'Messages that a service has written and the bus has not taken yet.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('service', metric('kinledger_outbox_messages')), legend: '{{service}}' }],
        },
        {
          title: 'Oldest message in an outbox',
          description: 'More than two minutes means that the bus is away, or refuses.',
          ...{ shows: 'lines', unit: 's', alarmingFrom: 120 },
          queries: [
            { expr: maxBy('service', metric('kinledger_outbox_oldest_seconds')), legend: '{{service}}' },
          ],
        },
      ],
    },
  ],
};
