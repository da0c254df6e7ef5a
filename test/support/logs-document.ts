import type { LogEvent } from './log-events.js';
import { logMeanings } from './log-meanings.js';

const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(', ');

function cellsOf({ text, levels, fields, services }: LogEvent): string[] {
  const { means, mend, runbook, also = [] } = logMeanings[text] ?? { means: '' };
  const page = runbook === undefined ? '' : ` [${runbook}](guides/operations/runbooks/${runbook}.md)`;
  const where = services.length === 0 ? 'any' : services.join(', ');
  const todo = mend === undefined ? '' : `${mend}${page}`;
  return [text, levels.join(', '), where, code([...fields, ...also]), means, todo];
}

const columns = ['event', 'level', 'service', 'fields', 'means', 'do'];

/** A table of the first so many columns. */
const table = (events: readonly LogEvent[], count = columns.length) =>
  [columns, columns.map(() => '---'), ...events.map(cellsOf)]
    .map((cells) => `| ${cells.slice(0, count).join(' | ')} |`)
    .join('\n');

const isQuiet = ({ levels }: LogEvent) => levels.every((level) => level === 'info');

/** The page that lists the events, as Markdown before it is formatted. */
export function logsPage(events: readonly LogEvent[]): string {
  return `# Logs

Services write one JSON object a line to standard output. \`msg\` is one of the texts below, word for word, so that you can search and count by
it. Every line has \`level\`, \`time\` (UTC), \`service\` and \`pid\`; one that is written within a span has \`trace_id\` and \`span_id\`
([Traces](traces.md)), one within a request \`requestId\`, and some the part of the service that wrote them as \`context\`. A line about a
file has its \`submission\`, or before there is one its \`upload\`. \`err\` is an error: \`type\`, \`message\`, \`code\`, \`stack\`, \`cause\`, and of
PostgreSQL’s errors the names of table, column and constraint. No line holds a value of a row, a token, a key or a password.

\`KINLEDGER_LOG_LEVEL\` is \`info\` unless you set it. \`debug\` adds requests that only read, and what the frameworks say; the tables
below list \`info\` and above. A test compares them with the sources; \`npx vitest run --project unit test/documents -u\` writes them.

At \`info\`, a platform of five services writes 8 lines as it starts, none in a minute in which nothing happens, and 7 about a file on its way:
\`file received\`, \`submitted\`, \`file pseudonymised\`, \`file decided\`, \`file in figures\`, and the two requests. To count again: \`npm start\`, wait a
minute, \`wc -l .kinledger/logs/*.log\`, submit a file, and count once more.

## When something needs a look

${table(events.filter((event) => !isQuiet(event)))}

## What happens on a quiet day

${table(events.filter(isQuiet), columns.length - 1)}
`;
}
