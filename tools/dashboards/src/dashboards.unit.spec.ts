import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parser } from '@prometheus-io/lezer-promql';
import { describe, expect, it } from 'vitest';
import { boards, fileOf, grafanaJson } from './index.js';

const deploy = fileURLToPath(new URL('../../../deploy/', import.meta.url));
const inChart = `${deploy}k8s/kinledger/files/monitoring/`;
const panels = boards.flatMap((board) =>
  board.rows.flatMap((row) => row.panels.map((panel) => ({ board, panel }))),
);

/** Places of a query that are no PromQL. */
const faultsIn = (expr: string): number[] => {
  const faults: number[] = [];
  const plain = expr.replaceAll(/\$__\w+/g, '5m').replaceAll('$namespace', 'n');
  parser.parse(plain).iterate({
    enter: (node) => {
      if (node.type.isError) faults.push(node.from);
    },
  });
  return faults;
};

describe('the dashboards', () => {
  it.each([`${deploy}grafana/dashboards/`, `${inChart}dashboards/`])(
    'are the files in %s: run npm run dashboards',
    (folder) => {
      expect(readdirSync(folder).sort()).toEqual(boards.map(fileOf).sort());
      for (const board of boards) {
        const stored: unknown = JSON.parse(readFileSync(`${folder}${fileOf(board)}`, 'utf8'));
        expect(stored, board.title).toEqual(JSON.parse(grafanaJson(board)));
      }
    },
  );

  it('come in the chart with the alerts of deploy/prometheus', () => {
    const alerts = 'kinledger-alerts.yaml';
    expect(readFileSync(`${inChart}${alerts}`, 'utf8')).toBe(
      readFileSync(`${deploy}prometheus/${alerts}`, 'utf8'),
    );
  });

  it('ask in valid PromQL, which the parser of the test tells from invalid', () => {
    for (const { board, panel } of panels)
      for (const { expr } of panel.queries)
        expect(faultsIn(expr), `${board.title}: ${panel.title}`).toEqual([]);
    expect(faultsIn('sum by (a (up)')).not.toEqual([]);
  });

  it('ask every query for the installation that is chosen', () => {
    for (const { panel } of panels)
      for (const { expr } of panel.queries)
        for (const [selector] of expr.matchAll(/\{[^}]*\}/g))
          expect(selector).toContain('namespace=~"$namespace"');
  });

  it('have one panel of a title, so that people can name it', () => {
    for (const board of boards) {
      const titles = panels.filter((each) => each.board === board).map(({ panel }) => panel.title);
      expect(new Set(titles).size, board.title).toBe(titles.length);
    }
  });
});
