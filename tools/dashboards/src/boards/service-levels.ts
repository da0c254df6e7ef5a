import { maxBy, metric, quantile, rate, sumBy, type Board } from '../board.js';

const LINKED = 'kinledger_file_lag_seconds';
const linkedInTime = (range: string) =>
  `sum(increase(${metric(`${LINKED}_bucket`, 'stage="linked", le="900"')}[${range}])) / sum(increase(${metric(`${LINKED}_count`, 'stage="linked"')}[${range}]))`;
const currentShare = (range: string) =>
  `avg_over_time((${maxBy('', metric('kinledger_projector_lag_seconds'))} <= bool 300 or 0 * ${maxBy('', metric('kinledger_linker_lease_held'))})[${range}:1m])`;
const OF_CALLERS = 'route!~"/metrics|/health/.*"';
const answered = (range: string) =>
  `1 - sum(increase(${metric('kinledger_http_failures_total')}[${range}])) / sum(increase(${metric('kinledger_http_request_seconds_count', OF_CALLERS)}[${range}]))`;

/** Are the objectives met, and how are the services? */
export const serviceLevels: Board = {
  uid: 'kinledger-service-levels',
  title: 'Kinledger: service levels',
  description: 'Whether the objectives are met, and how the services are.',
  rows: [
    {
      title: 'Objectives, over the time chosen above',
      panels: [
        {
          title: 'Files linked within 15 minutes',
          description: 'Objective: 99 %.',
          ...{ shows: 'value', unit: 'percentunit' },
          queries: [{ expr: linkedInTime('$__range'), legend: 'in time' }],
        },
        {
          title: 'Figures at most 5 minutes behind',
          description:
            'Share of the time. Time without a projector counts as time in which they are behind. Objective: 99 %.',
          ...{ shows: 'value', unit: 'percentunit' },
          queries: [{ expr: currentShare('$__range'), legend: 'current' }],
        },
        {
          title: 'Requests that were answered',
          description:
            'Requests of callers without an error of ours. To be asked to come again because intake is full is none; that a database is away is one. Objective: 99.9 %.',
          ...{ shows: 'value', unit: 'percentunit' },
          queries: [{ expr: answered('$__range'), legend: 'answered' }],
        },
      ],
    },
    {
      title: 'Requests',
      panels: [
        {
          title: 'Requests a second',
          description: 'By service.',
          ...{ shows: 'lines', unit: 'reqps' },
          queries: [
            { expr: sumBy('service', rate('kinledger_http_request_seconds_count')), legend: '{{service}}' },
          ],
        },
        {
          title: 'Errors a second',
          description: 'Answers from 500 on, by service and status.',
          ...{ shows: 'lines', unit: 'reqps', emptyWhenWell: true },
          queries: [
            {
              expr: sumBy('service, status', rate('kinledger_http_request_seconds_count', 'status=~"5.."')),
              legend: '{{service}} {{status}}',
            },
          ],
        },
        {
          title: 'Time to answer, 95 %',
          description: 'By service and route.',
          ...{ shows: 'lines', unit: 's' },
          queries: [
            {
              expr: quantile(0.95, 'kinledger_http_request_seconds', 'service, route'),
              legend: '{{service}} {{route}}',
            },
          ],
        },
      ],
    },
    {
      title: 'Processes',
      panels: [
        {
          title: 'Processor time',
          description: 'Processors in use, by service.',
          ...{ shows: 'lines', unit: 'short' },
          queries: [{ expr: sumBy('service', rate('process_cpu_seconds_total')), legend: '{{service}}' }],
        },
        {
          title: 'Memory',
          description: 'Resident memory of the largest replica of each service.',
          ...{ shows: 'lines', unit: 'bytes' },
          queries: [
            { expr: maxBy('service', metric('process_resident_memory_bytes')), legend: '{{service}}' },
          ],
        },
        {
          title: 'Event loop delay, 99 %',
          description:
            'A service that computes for long answers late. Above a second its health checks fail.',
          ...{ shows: 'lines', unit: 's', alarmingFrom: 1 },
          queries: [
            { expr: maxBy('service', metric('nodejs_eventloop_lag_p99_seconds')), legend: '{{service}}' },
          ],
        },
        {
          title: 'Share of time in garbage collection',
          description: 'Above a tenth, the service needs more memory.',
          ...{ shows: 'lines', unit: 'percentunit', alarmingFrom: 0.1 },
          queries: [
            { expr: sumBy('service', rate('nodejs_gc_duration_seconds_sum')), legend: '{{service}}' },
          ],
        },
      ],
    },
  ],
};
