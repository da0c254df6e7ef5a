import type { KeyObject } from 'node:crypto';
import { kekFrom, type Kek } from '@kinledger/landing-store';
import type { Programme } from '@kinledger/programme';
import { readIntakeSecrets, type IntakeSecrets } from '@kinledger/pseudonymisation';
import { InjectPool } from '@kinledger/service-kit';
import { Inject, Injectable, type DynamicModule } from '@nestjs/common';
import pg from 'pg';
import type { IngestConfig, UploadLimits } from './config.js';
import { InjectProgramme } from './programme/programme.module.js';
import { ForeseenSubmissions } from './submissions/foreseen-submissions.js';
import type { Receiver } from './uploads/receive-upload.js';
import { Turnstile } from './uploads/turnstile.js';

const SECRETS = Symbol('intake secrets');
const LIMITS = Symbol('upload limits');
const ATTESTATION = Symbol('attestation');
/** A workbook that has arrived waits until so many others may have been read. */
const WORKBOOKS_AHEAD = 10;

/** Dependencies of every part of intake, read once at start. */
@Injectable()
export class IntakeContext implements Receiver {
  readonly kek: Kek;
  readonly contentHashKey: KeyObject;
  readonly foreseen = new ForeseenSubmissions();
  readonly unpacking: Turnstile;

  constructor(
    @InjectPool('restricted') readonly pool: pg.Pool,
    @InjectProgramme() readonly programme: Programme,
    @Inject(SECRETS) secrets: IntakeSecrets,
    @Inject(LIMITS) readonly limits: UploadLimits,
    @Inject(ATTESTATION) readonly attestation: IngestConfig['attestation'],
  ) {
    this.kek = kekFrom(secrets.landingKek);
    this.contentHashKey = secrets.contentHashKey;
    this.unpacking = new Turnstile(
      { total: 1, perAccount: 1 },
      limits.patienceSeconds * 1000 * WORKBOOKS_AHEAD,
    );
  }
}

export class IntakeContextModule {
  /** @throws SecretsUnreadable */
  static forRoot(config: IngestConfig): DynamicModule {
    return {
      module: IntakeContextModule,
      global: true,
      providers: [
        { provide: SECRETS, useFactory: () => readIntakeSecrets(config.secrets.directory) },
        { provide: LIMITS, useValue: config.uploads },
        { provide: ATTESTATION, useValue: config.attestation },
        IntakeContext,
      ],
      exports: [IntakeContext],
    };
  }
}
