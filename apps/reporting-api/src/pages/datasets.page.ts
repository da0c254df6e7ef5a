import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { datasetName } from '@kinledger/page-kit/names';
import { Figures } from '../figures/figures.js';
import { seenBy } from '../figures/seen.js';
import { Submissions, type DatasetRows } from '../submissions/submissions.js';

/** Columns of counts, in the order of a row's way. */
const counted = [
  ['files', 'Files'],
  ['read', 'Rows read'],
  ['accepted', 'Accepted'],
  ['warned', 'With a warning'],
  ['rejected', 'Rejected'],
  ['linked', 'Linked'],
  ['unlinkable', 'Unlinkable'],
  ['referred', 'For review'],
] as const satisfies readonly (readonly [keyof DatasetRows, string])[];

@ApiExcludeController()
@Roles('reader', 'data-team', 'operator')
@Controller('datasets')
export class DatasetsPage {
  readonly #submissions: Submissions;
  readonly #figures: Figures;
  readonly #renderer: PageRenderer;

  constructor(submissions: Submissions, figures: Figures, renderer: PageRenderer) {
    this.#submissions = submissions;
    this.#figures = figures;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@CurrentCaller() caller: Caller): Promise<string> {
    const [{ position, datasets }, names, frame] = await Promise.all([
      this.#submissions.byDataset(),
      this.#figures.datasets(),
      this.#figures.programme(),
    ]);
    // Rows are counted exactly: to a reader they would tell what closed quarters suppress.
    const columns = seenBy(caller) === 'exact' ? counted : counted.filter(([name]) => name === 'files');
    return this.#renderer.render('datasets.njk', {
      section: 'datasets',
      ...frame,
      position,
      withRows: columns.length === counted.length,
      headings: columns.map(([, heading]) => heading),
      rows: datasets.map((row) => ({
        name: datasetName(row.dataset, names),
        counts: columns.map(([name]) => row[name]),
      })),
      totals: columns.map(([name]) => datasets.reduce((sum, row) => sum + row[name], 0)),
    });
  }
}
