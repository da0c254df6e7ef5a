import { maxBy, metric, quantile, rate, sumBy, type Board } from '../board.js';

/** Does the linker decide, is the ledger signed, and what waits for a person? */
export const linkerAndLedger: Board = {
  uid: 'kinledger-linker-and-ledger',
  title: 'Kinledger: linker and ledger',
  description:
    'Whether the linker decides, how far the ledger is signed, published and projected, and what waits for a person.',
  rows: [
    {
      title: 'Now',
      panels: [
        {
          title: 'Linkers at work',
          description: 'One is right. None: nobody decides. The others are standbys.',
          ...{ shows: 'value', unit: 'short' },
          queries: [{ expr: `sum(${metric('kinledger_linker_lease_held')})`, legend: 'at work' }],
        },
        {
          title: 'Halted',
          description:
            'A linker or projector that has halted waits for a person; its log and health say why.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            { expr: `sum(${metric('kinledger_linker_halted')})`, legend: 'linker' },
            { expr: `sum(${metric('kinledger_projector_halted')})`, legend: 'projector' },
          ],
        },
        {
          title: 'Age of the last checkpoint',
          description:
            'Grows while nothing is decided. What matters is how long decided events wait for one.',
          ...{ shows: 'value', unit: 's' },
          queries: [{ expr: `min(${metric('kinledger_linker_checkpoint_age_seconds')})`, legend: 'age' }],
        },
        {
          title: 'Events that wait for a checkpoint',
          description:
            'Time for which decided events have been unsigned. More than five minutes: see the linker’s log.',
          ...{ shows: 'value', unit: 's', alarmingFrom: 300 },
          queries: [
            { expr: maxBy('', metric('kinledger_linker_checkpoint_waiting_seconds')), legend: 'waits' },
          ],
        },
        {
          title: 'Checkpoints not copied for',
          description:
            'Time for which checkpoints could not be copied to their folder. More than five minutes: see the linker’s log.',
          ...{ shows: 'value', unit: 's', alarmingFrom: 300 },
          queries: [
            {
              expr: maxBy('', metric('kinledger_linker_checkpoint_copies_waiting_seconds')),
              legend: 'waits',
            },
          ],
        },
        {
          title: 'A checkpoint contradicts the ledger',
          description: 'Nothing is signed until a person has looked.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: maxBy('', metric('kinledger_linker_checkpoint_refused')), legend: 'refused' }],
        },
      ],
    },
    {
      title: 'The ledger',
      panels: [
        {
          title: 'Positions',
          description:
            'The last decision in the ledger, in the figures and on the topics, the events that are signed, and the position of the linker’s snapshot.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: maxBy('', metric('kinledger_linker_position')), legend: 'ledger' },
            { expr: maxBy('', metric('kinledger_projector_position')), legend: 'figures' },
            { expr: maxBy('', metric('kinledger_linker_published_position')), legend: 'topics' },
            { expr: maxBy('', metric('kinledger_linker_checkpoint_size')), legend: 'signed events' },
            { expr: maxBy('', metric('kinledger_linker_snapshot_position')), legend: 'snapshot' },
          ],
        },
        {
          title: 'Last intake number decided',
          description: 'The order in which files were accepted, as far as it is decided.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_intake')), legend: 'intake number' }],
        },
        {
          title: 'Events appended and messages published a second',
          description: 'What the linker writes, and what it tells others of it.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: `sum(${rate('kinledger_linker_events_appended_total')})`, legend: 'events' },
            { expr: `sum(${rate('kinledger_linker_published_messages_total')})`, legend: 'messages' },
          ],
        },
        {
          title: 'Version of the token keys',
          description: 'The version in force. It rises by one with each rotation.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_key_version')), legend: 'version' }],
        },
        {
          title: 'Bodies under an older key',
          description:
            'Above 0 while a rotation is at work; nothing else is decided meanwhile. If it does not fall, the pseudonymiser is away.',
          ...{ shows: 'lines', unit: 'short', emptyWhenWell: true },
          queries: [{ expr: maxBy('', metric('kinledger_linker_bodies_to_rekey')), legend: 'bodies' }],
        },
        {
          title: 'Events that the figures lack',
          description: 'Falls to 0 whenever nothing is being decided.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_projector_lag_events')), legend: 'events' }],
        },
      ],
    },
    {
      title: 'Decisions',
      panels: [
        {
          title: 'Decisions a second, by outcome',
          description:
            'Files linked or parked; submissions withdrawn; erasures; quarters closed; commands refused.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: sumBy('outcome', rate('kinledger_linker_decided_total')), legend: '{{outcome}}' },
          ],
        },
        {
          title: 'Time to decide',
          description: 'Of a file or command, until its last event is durable.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            { expr: quantile(0.5, 'kinledger_linker_decision_seconds'), legend: 'half' },
            { expr: quantile(0.99, 'kinledger_linker_decision_seconds'), legend: '99 %' },
          ],
        },
        {
          title: 'Decisions applied to the figures a second',
          description: 'By the projector that is at work.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: `sum(${rate('kinledger_projector_decisions_total')})`, legend: 'decisions' }],
        },
        {
          title: 'Projectors at work',
          description: 'One writes the figures; the others stand by.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: `sum(${metric('kinledger_projector_writer')})`, legend: 'at work' }],
        },
      ],
    },
    {
      title: 'What waits for a person',
      panels: [
        {
          title: 'Open referrals',
          description: 'Links that the rules could not decide, and that wait for a review.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_open_referrals')), legend: 'referrals' }],
        },
        {
          title: 'Oldest review',
          description:
            'Time since the oldest pair of records that waits for a review was referred. The data team clears the queue each quarter.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            { expr: maxBy('', metric('kinledger_projector_oldest_review_seconds')), legend: 'oldest pair' },
          ],
        },
        {
          title: 'Pairs for review',
          description:
            'Pairs of records that wait for a review, and those of sensitive services, which nobody is shown.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('what', metric('kinledger_projector_reviews')), legend: '{{what}}' }],
        },
        {
          title: 'Identifiers without force',
          description:
            'E-mail addresses, numbers and the like that so many people share that they link nobody. A jump is often a placeholder in a new file.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_tokens_without_force')), legend: 'tokens' }],
        },
        {
          title: 'Open requests to erase',
          description:
            'Requests that are neither carried out nor refused. They are carried out between two files.',
          ...{ shows: 'lines', unit: 'short', emptyWhenWell: true },
          queries: [{ expr: maxBy('', metric('kinledger_erasures_open')), legend: 'requests' }],
        },
        {
          title: 'Oldest open request to erase',
          description: 'More than an hour means that something holds it up.',
          ...{ shows: 'lines', unit: 's', alarmingFrom: 3600, emptyWhenWell: true },
          queries: [{ expr: maxBy('', metric('kinledger_erasure_oldest_seconds')), legend: 'oldest' }],
        },
      ],
    },
    {
      title: 'The linker’s index',
      panels: [
        {
          title: 'Records',
          description: 'Records in the linkage index in memory.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: maxBy('', metric('kinledger_linker_index_records')), legend: 'records' }],
        },
        {
          title: 'Bytes',
          description: 'Some 200 bytes a record.',
          ...{ shows: 'lines', unit: 'bytes' },
          queries: [{ expr: maxBy('what', metric('kinledger_linker_index_bytes')), legend: '{{what}}' }],
        },
        {
          title: 'Snapshots an hour, by outcome',
          description: 'Kept and used are well. Ignored: the next start reads the whole ledger.',
          ...{ shows: 'lines', unit: 'short', emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('outcome', `increase(${metric('kinledger_linker_snapshots_total')}[1h])`),
              legend: '{{outcome}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Faults',
      panels: [
        {
          title: 'Failures an hour',
          description: 'Each of these was retried. A few after a restart of a database are normal.',
          ...{ shows: 'lines', unit: 'short', emptyWhenWell: true },
          queries: [
            { expr: `sum(increase(${metric('kinledger_linker_failures_total')}[1h]))`, legend: 'deciding' },
            {
              expr: `sum(increase(${metric('kinledger_projector_failures_total')}[1h]))`,
              legend: 'projecting',
            },
            {
              expr: `sum(increase(${metric('kinledger_linker_checkpoint_failures_total')}[1h]))`,
              legend: 'signing',
            },
            {
              expr: `sum(increase(${metric('kinledger_linker_refused_appends_total')}[1h]))`,
              legend: 'appends refused, as another linker wrote',
            },
          ],
        },
        {
          title: 'What should never happen',
          description:
            'Messages that claim a place that another message holds, and lines of the list of erasures that cannot be read.',
          ...{ shows: 'lines', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            {
              expr: `sum(increase(${metric('kinledger_linker_conflicting_messages_total')}[1h]))`,
              legend: 'conflicting messages',
            },
            {
              expr: `sum(${metric('kinledger_linker_unreadable_erasures_total')})`,
              legend: 'unreadable lines of the list of erasures',
            },
          ],
        },
        {
          title: 'Event store away',
          description: '1 while a service cannot reach the event store.',
          ...{ shows: 'lines', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: maxBy('service', metric('kinledger_event_store_away')), legend: '{{service}}' }],
        },
        {
          title: 'Settings of the ledger’s store that should be changed',
          description: 'The services’ logs name them.',
          ...{ shows: 'lines', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            { expr: maxBy('service', metric('kinledger_ledger_settings_faults')), legend: '{{service}}' },
          ],
        },
      ],
    },
  ],
};
