import { guideTo, type DatasetGuide } from '@kinledger/file-templates';
import { PageRenderer } from '@kinledger/page-kit';
import { CurrentCaller, Roles, type Caller } from '@kinledger/service-kit';
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';
import { datasetFor, mayActFor } from '../programme/dataset-access.js';

const id = z.string().max(100);

/** Shows a provider what its files hold, and where to get templates. */
@ApiExcludeController()
@Roles('provider', 'data-team')
@Controller('datasets')
export class DatasetsPage {
  readonly #intake: IntakeContext;
  readonly #renderer: PageRenderer;

  constructor(intake: IntakeContext, renderer: PageRenderer) {
    this.#intake = intake;
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  list(@CurrentCaller() caller: Caller): string {
    const { datasets, definition } = this.#intake.programme;
    return this.#renderer.render('datasets.njk', {
      section: 'datasets',
      programme: definition.name,
      datasets: datasets
        .filter(({ serviceDefinition }) => mayActFor(caller, serviceDefinition.provider))
        .map((dataset) => ({ id: dataset.id, name: guideTo(dataset).name })),
    });
  }

  @Get(':id')
  @Header('content-type', 'text/html; charset=utf-8')
  guide(@CurrentCaller() caller: Caller, @Param('id', { schema: id }) wanted: string): string {
    const { programme } = this.#intake;
    return this.#renderer.render('dataset.njk', {
      section: 'datasets',
      programme: programme.definition.name,
      ...rowsOf(guideTo(datasetFor(programme, caller, wanted))),
    });
  }
}

/** The guide with its tables as rows of two cells. */
const rowsOf = (guide: DatasetGuide) => ({
  guide,
  fields: guide.fields.map((field) => ({
    ...field,
    rows: field.values?.map(({ text, others }) => [text, others.join(', ')]),
  })),
  leaves: guide.leaves?.map(({ title, lines }) => ({
    title,
    rows: lines.map(({ what, how }) => [what, how]),
  })),
});
