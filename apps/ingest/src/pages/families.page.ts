import { familyNotice, type FamilyNotice } from '@kinledger/file-templates';
import { PageRenderer } from '@kinledger/page-kit';
import { Problem, Public } from '@kinledger/service-kit';
import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { z } from 'zod';
import { IntakeContext } from '../intake-context.js';

const id = z.string().max(100);

/**
 * Says what is held about a family. Anybody may read it: families have no account, and the pages are made from the
 * definition alone, so that they hold nothing about anybody.
 */
@ApiExcludeController()
@Public()
@Controller('families')
export class FamiliesPage {
  readonly #notice: FamilyNotice;
  readonly #renderer: PageRenderer;

  constructor(intake: IntakeContext, renderer: PageRenderer) {
    this.#notice = familyNotice(intake.programme);
    this.#renderer = renderer;
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  services(): string {
    const { programme, version, about, services } = this.#notice;
    return this.#renderer.render('families.njk', {
      ...{ section: 'families', programme, version, about },
      services: services.map(({ service, name }) => ({ service, name })),
    });
  }

  @Get(':service')
  @Header('content-type', 'text/html; charset=utf-8')
  service(@Param('service', { schema: id }) wanted: string): string {
    const { programme, version, about, services } = this.#notice;
    const found = services.find(({ service }) => service === wanted);
    if (found === undefined) {
      throw new Problem(404, 'not-found', { detail: 'The programme has no service of this name.' });
    }
    return this.#renderer.render('family.njk', {
      ...{ section: 'families', programme, version, about },
      notice: found,
    });
  }
}
