import { PagesModule } from '@kinledger/page-kit';
import { OutboxModule, PoolModule } from '@kinledger/service-kit';
import type { DynamicModule } from '@nestjs/common';
import { CommandService } from './commands/command-service.js';
import { CommandsController } from './commands/commands.controller.js';
import { RepliesController } from './commands/replies.controller.js';
import type { IngestConfig } from './config.js';
import { DatasetsController } from './datasets/datasets.controller.js';
import { SchemaArchive } from './datasets/schema-archive.js';
import { IntakeContextModule } from './intake-context.js';
import { MappingProposalsController } from './mapping/mapping-proposals.controller.js';
import { MappingService } from './mapping/mapping-service.js';
import { MappingsController } from './mapping/mappings.controller.js';
import { MAIL_SETTINGS, MailDelivery } from './mail/mail-delivery.js';
import { MailMetrics } from './mail/mail-metrics.js';
import { intakeOutbox } from './outbox/intake-outbox.js';
import { PublishAgain } from './outbox/publish-again.js';
import { DatasetsPage } from './pages/datasets.page.js';
import { FamiliesPage } from './pages/families.page.js';
import { FilesPage } from './pages/files.page.js';
import { ingestPages } from './pages/ingest-pages.js';
import { ReturnsPage } from './pages/returns.page.js';
import { AnswersController } from './people/answers.controller.js';
import { ErasureMetrics } from './people/erasure-metrics.js';
import { PeopleController } from './people/people.controller.js';
import { PeopleService } from './people/people-service.js';
import { ProgrammeModule } from './programme/programme.module.js';
import { ReturnMetrics } from './returns/return-metrics.js';
import { ReturnService } from './returns/return-service.js';
import { ReturnsController } from './returns/returns.controller.js';
import { SaltWatch } from './salt/salt-watch.js';
import { AttestationsController } from './submissions/attestations.controller.js';
import { DecisionsController } from './submissions/decisions.controller.js';
import { SubmissionService } from './submissions/submission-service.js';
import { SubmissionsController } from './submissions/submissions.controller.js';
import { IntakeMetrics } from './uploads/intake-metrics.js';
import { UploadExpiry } from './uploads/upload-expiry.js';
import { UploadService } from './uploads/upload-service.js';
import { UploadsController } from './uploads/uploads.controller.js';

export class IngestModule {
  static forRoot(config: IngestConfig): DynamicModule {
    return {
      module: IngestModule,
      imports: [
        PoolModule.forRoot({
          database: 'restricted',
          url: config.restricted.url,
          service: 'ingest',
          max: 16,
        }),
        PagesModule.forRoot({ pages: ingestPages, publicUrl: config.public.url }),
        ProgrammeModule.forRoot(config.programme.directory),
        IntakeContextModule.forRoot(config),
        OutboxModule.forRoot({ database: 'restricted', table: intakeOutbox }),
      ],
      controllers: [
        UploadsController,
        MappingsController,
        MappingProposalsController,
        DatasetsController,
        SubmissionsController,
        AttestationsController,
        DecisionsController,
        ReturnsController,
        CommandsController,
        RepliesController,
        PeopleController,
        AnswersController,
        FilesPage,
        ReturnsPage,
        DatasetsPage,
        FamiliesPage,
      ],
      providers: [
        IntakeMetrics,
        ErasureMetrics,
        PublishAgain,
        SaltWatch,
        UploadService,
        MappingService,
        SchemaArchive,
        UploadExpiry,
        SubmissionService,
        ReturnService,
        ReturnMetrics,
        {
          provide: MAIL_SETTINGS,
          useValue: { mail: config.mail, access: config.access, public: config.public },
        },
        MailMetrics,
        MailDelivery,
        CommandService,
        PeopleService,
      ],
    };
  }
}
