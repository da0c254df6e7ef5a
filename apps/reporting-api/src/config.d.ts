export declare const reportingConfig: {
    platform: {
        url: import("@kinledger/service-kit").Variable<string>;
    };
    access: {
        anonymousRole: import("@kinledger/service-kit").Variable<"reader" | undefined>;
        file: import("@kinledger/service-kit").Variable<string>;
    };
};
//# sourceMappingURL=config.d.ts.map