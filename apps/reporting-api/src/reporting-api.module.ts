import { figures } from '@kinledger/figures';
import { PagesModule } from '@kinledger/page-kit';
import { PoolModule, type ServiceConfig } from '@kinledger/service-kit';
import { Module, type DynamicModule } from '@nestjs/common';
import { CLOCK, type Clock } from './clock.js';
import type { reportingConfig } from './config.js';
import { figureController } from './figures/figure.controller.js';
import { FiguresController } from './figures/figures.controller.js';
import { Figures } from './figures/figures.js';
import { GoldenSets } from './odata/golden-sets.js';
import { ODataController, PUBLIC_URL } from './odata/odata.controller.js';
import { MeetingAccess } from './meetings/meeting-access.js';
import { MeetingActions } from './meetings/meeting-actions.js';
import { MeetingActionsController } from './meetings/meeting-actions.controller.js';
import { MeetingsPage } from './pages/meetings.page.js';
import { reportingPages } from './pages/reporting-pages.js';
import { DatasetsPage } from './pages/datasets.page.js';
import { LearningReportsPage } from './pages/learning-reports.page.js';
import { ProgrammeReportsPage } from './pages/programme-reports.page.js';
import { QualityPage } from './pages/quality.page.js';
import { ReleasesPage } from './pages/releases.page.js';
import { ServiceReportsPage } from './pages/service-reports.page.js';
import { LearningReports } from './reports/learning-reports.js';
import { Reports } from './reports/reports.js';
import { Scorecards } from './reports/scorecards.js';
import { ScorecardsPage } from './pages/scorecards.page.js';
import { ReachPage } from './pages/reach.page.js';
import { SubmissionsPage } from './pages/submissions.page.js';
import { ReadModels } from './read-models/read-models.js';
import { ClosedQuarters } from './quarters/closed-quarters.js';
import { QuartersController } from './quarters/quarters.controller.js';
import { DatasetsController } from './submissions/datasets.controller.js';
import { SubmissionsController } from './submissions/submissions.controller.js';
import { Submissions } from './submissions/submissions.js';

@Module({})
export class ReportingApiModule {
  static forRoot(config: ServiceConfig<typeof reportingConfig>, clock: Clock): DynamicModule {
    return {
      module: ReportingApiModule,
      imports: [
        PoolModule.forRoot({ database: 'platform', url: config.platform.url, service: 'reporting-api' }),
        PagesModule.forRoot({ pages: reportingPages, publicUrl: config.public.url }),
      ],
      controllers: [
        FiguresController,
        ...figures.map((figure) => figureController(figure)),
        SubmissionsController,
        DatasetsController,
        QuartersController,
        MeetingActionsController,
        ODataController,
        ReachPage,
        SubmissionsPage,
        DatasetsPage,
        ServiceReportsPage,
        ProgrammeReportsPage,
        LearningReportsPage,
        QualityPage,
        ReleasesPage,
        MeetingsPage,
        ScorecardsPage,
      ],
      providers: [
        { provide: CLOCK, useValue: clock },
        { provide: PUBLIC_URL, useValue: config.public.url ?? null },
        ReadModels,
        Figures,
        Submissions,
        ClosedQuarters,
        MeetingActions,
        MeetingAccess,
        Reports,
        Scorecards,
        LearningReports,
        GoldenSets,
      ],
    };
  }
}
