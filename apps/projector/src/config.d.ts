export declare const projectorConfig: {
    platform: {
        url: import("@kinledger/service-kit").Variable<string>;
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
    eventStore: {
        kind: import("@kinledger/service-kit").Variable<"postgres" | "kurrentdb">;
        kurrentDbUrl: import("@kinledger/service-kit").Variable<string | undefined>;
    };
    programme: {
        directory: import("@kinledger/service-kit").Variable<string>;
    };
    access: {
        file: import("@kinledger/service-kit").Variable<string>;
    };
};
//# sourceMappingURL=config.d.ts.map