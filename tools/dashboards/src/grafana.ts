import type { Builder, Dataquery as AnyQuery } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardBuilder,
  DashboardCursorSync,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  VariableRefresh,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import type { Board, BoardPanel, BoardQuery } from './board.js';

const PROMETHEUS: common.DataSourceRef = { type: 'prometheus', uid: '${datasource}' };
/** Grafana's grid is 24 wide. */
const GRID_WIDTH = 24;
/** Names of a panel's queries, in their order. */
const REF_IDS = 'ABCDEFGH';
const VALUE_HEIGHT = 5;
const CHART_HEIGHT = 9;

/** The name of a dashboard's file. */
export const fileOf = ({ uid }: Board): string => `${uid}.json`;

/** A dashboard as Grafana reads it from a file. */
export function grafanaJson(board: Board): string {
  // The newer form of dashboards is read from files by Grafana 13 and later only; this one by all.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const dashboard = new DashboardBuilder(board.title)
    .uid(board.uid)
    .description(board.description)
    .tags(['kinledger'])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .timezone('browser')
    .time({ from: 'now-6h', to: 'now' })
    .refresh('30s')
    .withVariable(new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('namespace')
        .label('Installation')
        .datasource(PROMETHEUS)
        .query('label_values(kinledger_linker_position, namespace)')
        .refresh(VariableRefresh.OnTimeRangeChanged)
        .includeAll(true)
        // Also where the series have no namespace, as outside Kubernetes.
        .allValue('.*')
        .current({ text: 'All', value: '$__all' }),
    );
  for (const row of board.rows) {
    dashboard.withRow(new RowBuilder(row.title));
    const width = widthOf(row.panels.length);
    for (const panel of row.panels) dashboard.withPanel(panelOf(panel, width));
  }
  return JSON.stringify(dashboard.build(), null, 2);
}

/** Up to four panels stand beside each other. */
const widthOf = (panels: number): number =>
  GRID_WIDTH / Math.min(panels, panels % 3 === 0 || panels > 4 ? 3 : 4);

function panelOf(panel: BoardPanel, width: number): Builder<Panel> {
  const built = shapeOf(panel)
    .title(panel.title)
    .description(panel.description)
    .datasource(PROMETHEUS)
    .unit(panel.unit)
    .span(width)
    .height(panel.shows === 'value' ? VALUE_HEIGHT : CHART_HEIGHT)
    .targets(panel.queries.map((query, index) => queryOf(query, index, panel)));
  if (panel.emptyWhenWell === true) built.noValue('none');
  if (panel.alarmingFrom !== undefined) built.thresholds(alarmingFrom(panel.alarmingFrom));
  return built;
}

function shapeOf({ shows, alarmingFrom: limit }: BoardPanel): StatBuilder | TimeseriesBuilder | TableBuilder {
  switch (shows) {
    case 'value':
      return new StatBuilder()
        .colorMode(limit === undefined ? common.BigValueColorMode.None : common.BigValueColorMode.Value)
        .graphMode(common.BigValueGraphMode.Area);
    case 'table':
      return new TableBuilder();
    case 'lines':
      return new TimeseriesBuilder();
  }
}

const queryOf = ({ expr, legend }: BoardQuery, index: number, { shows }: BoardPanel): Builder<AnyQuery> => {
  const query = new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .refId(REF_IDS.charAt(index))
    .expr(expr)
    .legendFormat(legend);
  return shows === 'table' ? query.instant().format(PromQueryFormat.Table) : query.range();
};

const alarmingFrom = (limit: number) =>
  new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([
    { value: null, color: 'green' },
    { value: limit, color: 'red' },
  ]);
