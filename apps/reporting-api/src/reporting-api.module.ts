import { figures } from '@kinledger/figures';
import { PoolModule, type ServiceConfig } from '@kinledger/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { CLOCK, type Clock } from './clock.js';
import type { reportingConfig } from './config.js';
import { figureController } from './figures/figure.controller.js';
import { FiguresController } from './figures/figures.controller.js';
import { Figures } from './figures/figures.js';
import { PageRenderer } from './pages/page-renderer.js';
import { ReachPage } from './pages/reach.page.js';
import { SubmissionsPage } from './pages/submissions.page.js';
import { ReadModels } from './read-models/read-models.js';
import { SignInLinksController } from './sign-in/sign-in-links.controller.js';
import { SignInPage } from './sign-in/sign-in.page.js';
import { SECURE_COOKIES } from './sign-in/secure-cookies.token.js';
import { SubmissionsController } from './submissions/submissions.controller.js';
import { Submissions } from './submissions/submissions.js';

@Module({})
export class ReportingApiModule {
  static with(config: ServiceConfig<typeof reportingConfig>, clock: Clock): DynamicModule {
    return {
      module: ReportingApiModule,
      imports: [
        PoolModule.forRoot({ database: 'platform', url: config.platform.url, service: 'reporting-api' }),
      ],
      controllers: [
        FiguresController,
        ...figures.map((figure) => figureController(figure)),
        SubmissionsController,
        SignInLinksController,
        SignInPage,
        ReachPage,
        SubmissionsPage,
      ],
      providers: [
        { provide: CLOCK, useValue: clock },
        ReadModels,
        Figures,
        Submissions,
        PageRenderer,
        { provide: SECURE_COOKIES, useValue: config.public.url?.startsWith('https:') ?? false },
      ],
    };
  }
}
