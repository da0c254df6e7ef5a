import { maxBy, metric, sumBy, type Board } from '../board.js';

/** The databases as the services see them. */
export const databases: Board = {
  uid: 'kinledger-databases',
  title: 'Kinledger: databases',
  description:
    'The databases as the services see them. What PostgreSQL says of itself is on the dashboards that come with CloudNativePG.',
  rows: [
    {
      title: 'Sizes',
      panels: [
        {
          title: 'Size on disk',
          description:
            'The platform database grows with the ledger; the restricted one only with files that wait.',
          ...{ shows: 'lines', unit: 'bytes' },
          queries: [{ expr: maxBy('database', metric('kinledger_database_bytes')), legend: '{{database}}' }],
        },
        {
          title: 'Growth in a day',
          description: 'From it you see when a volume will be full.',
          ...{ shows: 'lines', unit: 'bytes' },
          queries: [
            {
              expr: maxBy('database', `delta(${metric('kinledger_database_bytes')}[1d])`),
              legend: '{{database}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Trouble',
      panels: [
        {
          title: 'Databases that a service cannot reach',
          description: 'Either it refuses, or it does not answer within one and a half seconds.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            {
              expr: maxBy('service, database', metric('kinledger_database_away')),
              legend: '{{service}} {{database}}',
            },
          ],
        },
        {
          title: 'Writes refused for a full disk',
          description: 'Make room: until then, files and decisions wait.',
          ...{ shows: 'value', unit: 'short', alarmingFrom: 1, emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service', `increase(${metric('kinledger_database_full_errors_total')}[10m])`),
              legend: '{{service}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Connections',
      panels: [
        {
          title: 'Connections of services',
          description: 'Busy and idle.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [
            {
              expr: sumBy(
                'service, database, state',
                metric('kinledger_database_connections', 'state!="waiting"'),
              ),
              legend: '{{service}} {{database}} {{state}}',
            },
          ],
        },
        {
          title: 'Work that waits for a connection',
          description: 'Values that stay above 0 mean that the pool is too small, or the database too slow.',
          ...{ shows: 'lines', unit: 'short', emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service, database', metric('kinledger_database_connections', 'state="waiting"')),
              legend: '{{service}} {{database}}',
            },
          ],
        },
      ],
    },
  ],
};
