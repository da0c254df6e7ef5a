/**
 * Prints the contract suites as tables, from vitest's JSON reports: one row per case, one column per adapter. An
 * adapter's suite is a `describe` named `<port> contract: <adapter>`. Without the adapter's server it is skipped under
 * the name `<port> contract: <adapter> (absent: <why>)`, and the table shows the reason.
 */
const TITLE = /^(?<port>.+) contract: (?<adapter>.+?)(?: \(absent: (?<why>.+)\))?$/;

/** Whether a test of a report is a case of a contract suite. */
export const isContractCase = ({ ancestorTitles }) => TITLE.test(ancestorTitles[0] ?? '');

const marks = { passed: 'ok', failed: 'FAILED' };

/**
 * Makes one table per port. @param {readonly { testResults: { assertionResults: { ancestorTitles: string[], title:
 * string, status: string }[] }[] }[]} reports
 */
export function contractTables(reports) {
  const ports = new Map();
  const tests = reports.flatMap((report) => report.testResults.flatMap((file) => file.assertionResults));
  for (const { ancestorTitles, title, status } of tests) {
    const [suite = '', ...within] = ancestorTitles;
    const match = TITLE.exec(suite)?.groups;
    if (match === undefined) continue;
    const port = ports.get(match.port) ?? { adapters: new Map(), cases: new Map() };
    ports.set(match.port, port);
    port.adapters.set(match.adapter, match.why);
    const name = [...within, title].join(': ');
    const outcomes = port.cases.get(name) ?? new Map();
    port.cases.set(name, outcomes.set(match.adapter, marks[status] ?? 'skipped'));
  }
  return [...ports].map(([name, port]) => tableOf(name, port));
}

function tableOf(port, { adapters, cases }) {
  const columns = [...adapters.keys()].sort();
  const mark = (outcomes, adapter) =>
    adapters.get(adapter) === undefined ? (outcomes.get(adapter) ?? 'no such case') : 'absent';
  const rows = [
    [`${port} contract`, ...columns],
    ...[...cases].map(([name, outcomes]) => [name, ...columns.map((adapter) => mark(outcomes, adapter))]),
  ];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]))
      .join('  ')
      .trimEnd(),
  );
  const absent = columns.flatMap((adapter) =>
    adapters.get(adapter) === undefined ? [] : [`${adapter} is absent: ${adapters.get(adapter)}`],
  );
  return [lines[0], '-'.repeat(lines[0].length), ...lines.slice(1), ...absent].join('\n');
}
