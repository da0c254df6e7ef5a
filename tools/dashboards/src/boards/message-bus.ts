import { maxBy, metric, quantile, rate, sumBy, type Board } from '../board.js';

/** The bus as the services see it, on Kafka and on PostgreSQL alike. */
export const messageBus: Board = {
  uid: 'kinledger-kafka',
  title: 'Kinledger: Kafka',
  description:
    'The message bus as the services see it. What the brokers say of themselves is on the dashboards that come with Strimzi.',
  rows: [
    {
      title: 'Trouble',
      panels: [
        {
          title: 'Services that cannot reach the bus',
          description: 'The brokers refuse, or do not answer within one and a half seconds.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: maxBy('service', metric('kinledger_message_bus_away')), legend: '{{service}}' }],
        },
        {
          title: 'Stalled consumers',
          description: 'Messages wait, nothing fails, and nothing moves. The service’s liveness fails too.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [{ expr: maxBy('service', metric('kinledger_consumers_stalled')), legend: '{{service}}' }],
        },
        {
          title: 'Messages set aside, in a day',
          description:
            'Messages that a service could not read. They are kept for 30 days in a topic of their own.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service, topic', `increase(${metric('kinledger_dead_letters_total')}[1d])`),
              legend: '{{service}} {{topic}}',
            },
          ],
        },
        {
          title: 'Failures of batches, in an hour',
          description: 'Each batch comes again until it is handled.',
          ...{ shows: 'value', unit: 'short', emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service, topic', `increase(${metric('kinledger_batch_failures_total')}[1h])`),
              legend: '{{service}} {{topic}}',
            },
          ],
        },
        {
          title: 'Failures of outboxes, in an hour',
          description: 'The bus did not take messages. They wait and are moved later.',
          ...{ shows: 'value', unit: 'short', emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service', `increase(${metric('kinledger_outbox_failures_total')}[1h])`),
              legend: '{{service}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Consumers',
      panels: [
        {
          title: 'Messages that wait',
          description: 'By group and topic, over all partitions.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            { expr: sumBy('group, topic', metric('kinledger_consumer_lag')), legend: '{{group}} {{topic}}' },
          ],
        },
        {
          title: 'Time since the bus last answered',
          description: 'Seconds at most, while the bus is there.',
          ...{ shows: 'lines', unit: 's', alarmingFrom: 60 },
          queries: [
            { expr: maxBy('group', metric('kinledger_consumer_last_poll_age_seconds')), legend: '{{group}}' },
          ],
        },
        {
          title: 'Time since the last commit, where messages wait',
          description: 'A high value means that a batch takes long, or that a consumer stands still.',
          ...{ shows: 'lines', unit: 's', emptyWhenWell: true },
          queries: [
            {
              expr: maxBy(
                'group, topic',
                `${metric('kinledger_consumer_commit_age_seconds')} and ${metric('kinledger_consumer_lag')} > 0`,
              ),
              legend: '{{group}} {{topic}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Messages',
      panels: [
        {
          title: 'Messages handled a second',
          description: 'By service and topic.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            {
              expr: sumBy('service, topic', rate('kinledger_messages_consumed_total')),
              legend: '{{service}} {{topic}}',
            },
          ],
        },
        {
          title: 'Time to handle a batch, 95 %',
          description: 'With waits for room downstream.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            {
              expr: quantile(0.95, 'kinledger_batch_seconds', 'service, topic'),
              legend: '{{service}} {{topic}}',
            },
          ],
        },
      ],
    },
  ],
};
