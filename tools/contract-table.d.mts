/** What vitest's JSON report says of one test. */
export interface ReportedTest {
  readonly ancestorTitles: readonly string[];
  readonly title: string;
  readonly status: string;
}

export interface TestReport {
  readonly testResults: readonly { readonly assertionResults: readonly ReportedTest[] }[];
}

/** One table for each port: a row per case, a column per adapter, and why an adapter is absent. */
export function contractTables(reports: readonly TestReport[]): string[];

/** Whether a test of a report is a case of a contract suite. */
export function isContractCase(test: ReportedTest): boolean;
