import { describe, expect, it } from 'vitest';
import { contractTables, isContractCase } from '../../tools/contract-table.mjs';

const result = (suite: string, title: string, status: string) => ({
  ancestorTitles: [suite, 'order'],
  title,
  status,
});
const report = (...assertionResults: ReturnType<typeof result>[]) => ({
  testResults: [{ assertionResults }],
});

describe('the table of a contract suite', () => {
  it('has a row per case and a column per adapter, over all reports, and says why an adapter is absent', () => {
    const [table, ...others] = contractTables([
      report(
        result('bus contract: memory', 'keeps order', 'passed'),
        result('bus contract: memory', 'loses nothing', 'passed'),
        result('something else', 'is no case', 'passed'),
      ),
      report(
        result('bus contract: PostgreSQL', 'keeps order', 'failed'),
        result('bus contract: Kafka (absent: no Java here)', 'keeps order', 'skipped'),
        result('bus contract: Kafka (absent: no Java here)', 'loses nothing', 'skipped'),
      ),
    ]);
    expect(others).toEqual([]);
    expect(table?.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['bus contract', 'Kafka', 'PostgreSQL', 'memory'],
      [expect.stringMatching(/^-+$/)],
      ['order: keeps order', 'absent', 'FAILED', 'ok'],
      ['order: loses nothing', 'absent', 'no such case', 'ok'],
      ['Kafka is absent: no Java here'],
    ]);
  });

  it('shows a case that was skipped although its server is available', () => {
    const [table] = contractTables([report(result('bus contract: memory', 'keeps order', 'pending'))]);
    expect(table).toContain('skipped');
  });

  it('names its cases', () => {
    expect(isContractCase(result('bus contract: memory', 'a', 'passed'))).toBe(true);
    expect(isContractCase(result('a bus', 'a', 'passed'))).toBe(false);
  });
});
