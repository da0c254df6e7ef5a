import type { Board } from './board.js';

/** What a Prometheus answered to the queries of a panel, in their order. */
export interface PanelValues {
  readonly uid: string;
  readonly panel: string;
  readonly answers: readonly (readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value: string;
  }[])[];
}

const escape = (text: string) =>
  text.replace(
    /[&<>"]/g,
    (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign,
  );

/** A page with each panel's title, queries and the values that a Prometheus gave: dashboards read without a Grafana. */
export function previewPage(boards: readonly Board[], values: readonly PanelValues[]): string {
  const answersOf = (uid: string, title: string) =>
    values.find((each) => each.uid === uid && each.panel === title)?.answers ?? [];
  const sections = boards.map(
    (board) => `<h2>${escape(board.title)}</h2><p>${escape(board.description)}</p>
${board.rows
  .map(
    (row) => `<h3>${escape(row.title)}</h3>
${row.panels
  .map((panel) => {
    const answers = answersOf(board.uid, panel.title);
    const queries = panel.queries.map(({ expr, legend }, index) => {
      const lines = (answers[index] ?? []).map(
        ({ labels, value }) => `<tr><td>${escape(named(legend, labels))}</td><td>${escape(value)}</td></tr>`,
      );
      return `<pre>${escape(expr)}</pre><table><caption>${escape(panel.unit)}</caption>${lines.join('') || '<tr><td>no data</td></tr>'}</table>`;
    });
    return `<section><h4>${escape(panel.title)}</h4><p>${escape(panel.description)}</p>${queries.join('')}</section>`;
  })
  .join('\n')}`,
  )
  .join('\n')}`,
  );
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboards</title>
<style>body{font:14px/1.4 system-ui,sans-serif;margin:2rem;max-width:90rem}section{display:inline-block;vertical-align:top;width:26rem;margin:0 1rem 1rem 0;border:1px solid #ccc;padding:.5rem 1rem}pre{white-space:pre-wrap;font-size:11px;color:#555}td:last-child{text-align:right;padding-left:1rem}caption{text-align:left;color:#555}</style>
<h1>Dashboards</h1>${sections.join('\n')}</html>\n`;
}

/** A legend with the values of labels in its braces. */
const named = (legend: string, labels: Readonly<Record<string, string>>): string =>
  legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? '');
