import { PageRenderer } from '@kinledger/page-kit';
import { instantName, titleOf } from '@kinledger/page-kit/names';
import { Roles } from '@kinledger/service-kit';
import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { Looks, type LookView } from '../looks/looks.js';
import { ProgrammeNames } from './programme-names.js';

const PAGE_ROWS = 50;
const placeNumber = 'expected a place in the trail';
const about = z
  .string()
  .max(100)
  .transform((typed) => typed.replaceAll(/[\s-]/g, '').toLowerCase())
  .pipe(z.string().regex(/^([0-9a-f]{32})?$/, 'expected the id of a record or an individual'))
  .transform((id) => (id === '' ? undefined : id))
  .optional();
const query = z.object({
  about,
  before: z.coerce
    .number(placeNumber)
    .int(placeNumber)
    .min(1, placeNumber)
    .max(Number.MAX_SAFE_INTEGER)
    .optional(),
});
const csvQuery = z.object({ about });

/** Shows who looked at how individuals came to be. */
@ApiExcludeController()
@Roles('auditor')
@Controller('looks')
export class LooksPage {
  readonly #looks: Looks;
  readonly #renderer: PageRenderer;
  readonly #programme: ProgrammeNames;

  constructor(looks: Looks, renderer: PageRenderer, programme: ProgrammeNames) {
    this.#looks = looks;
    this.#renderer = renderer;
    this.#programme = programme;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  async page(@Query({ schema: query }) { about: wanted, before }: z.output<typeof query>): Promise<string> {
    const found = await this.#looks.page({ about: wanted, before, limit: PAGE_ROWS + 1 });
    const shown = found.slice(0, PAGE_ROWS);
    const filter = wanted === undefined ? '' : `about=${wanted}`;
    const older = `/looks?${[filter, `before=${shown.at(-1)?.look ?? 1}`].filter((part) => part !== '').join('&')}`;
    return this.#renderer.render('looks.njk', {
      section: 'looks',
      programme: this.#programme.name,
      about: wanted ?? '',
      filter,
      rows: shown.map(viewOf),
      pagination:
        found.length > PAGE_ROWS
          ? { landmarkLabel: 'Earlier looks', next: { href: older, text: 'Earlier' } }
          : undefined,
    });
  }

  @Get('table.csv')
  @Header('content-type', 'text/csv; charset=utf-8')
  @Header('content-disposition', 'attachment; filename="who-looked.csv"')
  async csv(@Query({ schema: csvQuery }) { about: wanted }: z.output<typeof csvQuery>): Promise<string> {
    return this.#looks.csv(wanted);
  }
}

const outcomes = {
  explained: 'Told',
  'not-in-ledger': 'Nobody of that id',
  failed: 'Failed',
  stopped: 'Stopped: nothing was told',
} as const satisfies Record<NonNullable<LookView['outcome']>, string>;

const viewOf = (look: LookView) => ({
  ...look,
  asked: instantName(look.askedAt),
  who: `${look.person}${look.organisation === null ? '' : ` for ${titleOf(look.organisation)}`}`,
  how: look.via === 'command-line' ? 'on the command line' : look.roles.join(', '),
  outcomeName: look.outcome === null ? 'Under way' : outcomes[look.outcome],
  other: look.individual === look.subject ? null : look.individual,
});
