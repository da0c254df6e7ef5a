import { type ServiceConfig } from '@kinledger/service-kit';
/** Bounds of what a provider may send; each is refused with a problem of its own. */
export declare const uploadConfig: {
    maxBytes: import("@kinledger/service-kit").Variable<number>;
    maxRows: import("@kinledger/service-kit").Variable<number>;
    maxColumns: import("@kinledger/service-kit").Variable<number>;
    maxFieldLength: import("@kinledger/service-kit").Variable<number>;
    maxAtOnce: import("@kinledger/service-kit").Variable<number>;
    patienceSeconds: import("@kinledger/service-kit").Variable<number>;
    maxLandedChunks: import("@kinledger/service-kit").Variable<number>;
    idleSeconds: import("@kinledger/service-kit").Variable<number>;
    expiryDays: import("@kinledger/service-kit").Variable<number>;
};
export declare const ingestConfig: {
    access: {
        file: import("@kinledger/service-kit").Variable<string>;
    };
    bus: {
        kind: import("@kinledger/service-kit").Variable<"postgres" | "kafka">;
        url: import("@kinledger/service-kit").Variable<string | undefined>;
        kafka: {
            brokers: import("@kinledger/service-kit").Variable<string[] | undefined>;
            protocol: import("@kinledger/service-kit").Variable<"PLAINTEXT" | "SSL" | "SASL_PLAINTEXT" | "SASL_SSL">;
            mechanism: import("@kinledger/service-kit").Variable<"SCRAM-SHA-256" | "SCRAM-SHA-512">;
            username: import("@kinledger/service-kit").Variable<string | undefined>;
            passwordFile: import("@kinledger/service-kit").Variable<string | undefined>;
            caFile: import("@kinledger/service-kit").Variable<string | undefined>;
            certificateFile: import("@kinledger/service-kit").Variable<string | undefined>;
            keyFile: import("@kinledger/service-kit").Variable<string | undefined>;
            prefix: import("@kinledger/service-kit").Variable<string | undefined>;
            replicas: import("@kinledger/service-kit").Variable<number | undefined>;
        };
        stallMs: import("@kinledger/service-kit").Variable<number>;
    };
    restricted: {
        url: import("@kinledger/service-kit").Variable<string>;
    };
    programme: {
        directory: import("@kinledger/service-kit").Variable<string>;
    };
    secrets: {
        directory: import("@kinledger/service-kit").Variable<string>;
    };
    uploads: {
        maxBytes: import("@kinledger/service-kit").Variable<number>;
        maxRows: import("@kinledger/service-kit").Variable<number>;
        maxColumns: import("@kinledger/service-kit").Variable<number>;
        maxFieldLength: import("@kinledger/service-kit").Variable<number>;
        maxAtOnce: import("@kinledger/service-kit").Variable<number>;
        patienceSeconds: import("@kinledger/service-kit").Variable<number>;
        maxLandedChunks: import("@kinledger/service-kit").Variable<number>;
        idleSeconds: import("@kinledger/service-kit").Variable<number>;
        expiryDays: import("@kinledger/service-kit").Variable<number>;
    };
};
export type IngestConfig = ServiceConfig<typeof ingestConfig>;
export type UploadLimits = IngestConfig['uploads'];
//# sourceMappingURL=config.d.ts.map