import { columnNames, countMembers, coverages, reachColumns } from '@kinledger/figures/columns';
import { z } from 'zod';
import { quarterFigures, quarterVersions, releaseAudit } from '@kinledger/contracts';
import { call, callJson, Refused, type Endpoint } from './http.js';

const submission = z.object({
  upload: z.string().nullable(),
  submission: z.string().nullable(),
  intake: z.number().nullable(),
  dataset: z.string().nullable(),
  period: z.string().nullable(),
  state: z.string(),
  reason: z.string().nullable(),
  counts: z.record(z.string(), z.number()).nullable(),
  outcomes: z.record(z.string(), z.number()).nullable(),
  closedAt: z.number().nullable(),
});
export type Submission = z.infer<typeof submission>;

const figure = z.object({
  coverage: z.enum(coverages),
  suppressed: z.array(z.string()),
  ...countMembers(reachColumns, columnNames(reachColumns)),
});
export type Figure = z.infer<typeof figure>;

const serviceFigure = figure.extend({ service: z.string(), name: z.string() });

const reachAnswer = z.object({
  programme: z.string(),
  period: z.string(),
  label: z.string(),
  position: z.number(),
  disclosure: z.string(),
  reach: figure,
  strands: z.array(figure.extend({ strand: z.string(), name: z.string(), services: z.array(serviceFigure) })),
  otherServices: z.array(serviceFigure),
  doubleCountingRemoved: z.object({
    children: z.number().nullable(),
    adults: z.number().nullable(),
    families: z.number().nullable(),
  }),
  byDeprivation: z.array(
    z.object({
      decile: z.number().nullable(),
      children: z.number().nullable(),
      adults: z.number().nullable(),
      families: z.number().nullable(),
    }),
  ),
});
export type ReachAnswer = z.infer<typeof reachAnswer>;

const datasetRows = z.object({
  dataset: z.string(),
  files: z.number(),
  read: z.number(),
  accepted: z.number(),
  warned: z.number(),
  rejected: z.number(),
  linked: z.number(),
  unlinkable: z.number(),
  referred: z.number(),
});
/** Rows of the files of a dataset that stand, by what became of them. */
export type DatasetRows = z.infer<typeof datasetRows>;

const catalogue = z.object({
  figures: z.array(
    z.object({
      figure: z.string(),
      version: z.number(),
      title: z.string(),
      rows: z.string(),
      columns: z.array(z.object({ name: z.string(), meaning: z.string(), unit: z.string().nullable() })),
    }),
  ),
});
export type DescribedFigure = z.infer<typeof catalogue>['figures'][number];

const figureRows = z.looseObject({
  programme: z.string(),
  label: z.string(),
  position: z.number(),
  disclosure: z.string(),
  rows: z.array(
    z
      .object({ suppressed: z.array(z.string()) })
      .catchall(z.union([z.string(), z.number(), z.null(), z.array(z.string())])),
  ),
});
export type FigureRows = z.infer<typeof figureRows>;

const act = z.object({ position: z.number(), at: z.string(), by: z.string(), reason: z.string() });

const closedQuarter = z.object({
  period: z.string(),
  edition: z.number(),
  closing: z.number(),
  closedAt: z.string(),
  closedBy: z.string(),
  reason: z.string(),
  versions: quarterVersions,
  publishedAt: z.number().nullable(),
  digest: z.string().nullable(),
  audit: releaseAudit.nullable(),
  standing: z.enum(['unpublished', 'published', 'superseded', 'withdrawn']),
  release: act.nullable(),
  ended: act.nullable(),
  figures: quarterFigures.nullish(),
  services: z.array(z.object({ service: z.string(), strand: z.string().nullable() })).nullish(),
});
/** A closed quarter, with the published form of its figures where one quarter is asked for. */
export type ClosedQuarter = z.infer<typeof closedQuarter>;

/** Parameters of a figure; the service chooses a default for each that is absent. */
export interface FigureAsked {
  readonly period: string;
  readonly by?: string | undefined;
  readonly scope?: string | undefined;
  readonly asAt?: number | undefined;
}

const figureQuery = (asked: FigureAsked): string =>
  new URLSearchParams(
    Object.entries(asked).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)] as [string, string]],
    ),
  ).toString();

const reachQuery = (period: string, asAt: number | undefined): string =>
  new URLSearchParams({ period, ...(asAt === undefined ? {} : { asAt: String(asAt) }) }).toString();

/** Client of the reporting API. */
export const reportingApi = (endpoint: Endpoint) => ({
  submission: (id: string): Promise<Submission> => callJson(endpoint, `/v1/submissions/${id}`, submission),

  /** All submissions, newest first. */
  async submissions(): Promise<readonly Submission[]> {
    const schema = z.object({ total: z.number(), submissions: z.array(submission) });
    const all: Submission[] = [];
    for (;;) {
      const page = await callJson(endpoint, `/v1/submissions?limit=500&offset=${all.length}`, schema);
      all.push(...page.submissions);
      if (page.submissions.length === 0 || all.length >= page.total) return all;
    }
  },

  datasets: async (): Promise<readonly DatasetRows[]> =>
    (await callJson(endpoint, '/v1/datasets', z.object({ datasets: z.array(datasetRows) }))).datasets,

  reach: (period: string, asAt?: number): Promise<ReachAnswer> =>
    callJson(endpoint, `/v1/figures/reach?${reachQuery(period, asAt)}`, reachAnswer),

  /** Every version of every figure, with its columns. */
  figures: async (): Promise<readonly DescribedFigure[]> =>
    (await callJson(endpoint, '/v1/figures', catalogue)).figures,

  figureRows: ({ rows }: DescribedFigure, asked: FigureAsked): Promise<FigureRows> =>
    callJson(endpoint, `${rows}?${figureQuery(asked)}`, figureRows),

  figureCsv: async ({ rows }: DescribedFigure, asked: FigureAsked): Promise<string> =>
    (await call(endpoint, `${rows}.csv?${figureQuery(asked)}`)).text(),

  /** Quarters that are closed, latest first and of each the latest edition first. */
  quarters: async (): Promise<readonly ClosedQuarter[]> =>
    (await callJson(endpoint, '/v1/quarters', z.object({ quarters: z.array(closedQuarter) }))).quarters,

  /**
   * A closed quarter, or undefined where it is not closed in that edition: by default the edition that is published, else
   * the latest.
   */
  async quarter(period: string, edition?: number): Promise<ClosedQuarter | undefined> {
    const asked = edition === undefined ? '' : `?edition=${edition}`;
    try {
      return await callJson(endpoint, `/v1/quarters/${encodeURIComponent(period)}${asked}`, closedQuarter);
    } catch (error) {
      if (error instanceof Refused && error.problemCode === 'quarter-not-closed') return undefined;
      throw error;
    }
  },

  reachCsv: async (period: string, asAt?: number): Promise<string> =>
    (await call(endpoint, `/v1/figures/reach.csv?${reachQuery(period, asAt)}`)).text(),
});
export type ReportingApi = ReturnType<typeof reportingApi>;
