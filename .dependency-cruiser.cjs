const { builtinModules } = require('node:module');

/** What a browser has to run: reading and validating files, making rows, and what both know of values and definitions. */
const runsInABrowser =
  '^libs/(intake-files/src|pseudonymised-rows/src|derivations/src|domain/src/identifiers|programme/src/definition)/';
const moduleOfNode = `^(node:)?(${builtinModules.join('|')})$`;

/** Rules that tags are too coarse for. Each says why. */
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Data flows one way; a cycle means that two files are one idea or three.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'contracts-are-plain',
      comment: 'Contracts run in a browser and in any runtime: no framework, no Node module.',
      severity: 'error',
      from: { path: '^libs/contracts/src', pathNot: '(\\.spec\\.ts$|/generate-)' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'domain-does-no-io',
      comment:
        'Decisions are functions: the only Node module they may use is crypto, for hash functions and signatures.',
      severity: 'error',
      from: { path: '^libs/domain/src', pathNot: '\\.spec\\.ts$' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'domain-knows-no-framework',
      comment: 'A decision that needs Nest, a database or a bus is in the wrong room.',
      severity: 'error',
      from: { path: '^libs/(domain|derivations|contracts)/src', pathNot: '\\.spec\\.ts$' },
      to: { path: 'node_modules/(@nestjs|pg|pg-copy-streams|fastify)/' },
    },
    {
      name: 'rows-are-made-anywhere',
      comment:
        'A page in a browser reads files and makes rows too: nothing that the libraries for it reach is a module of Node.',
      severity: 'error',
      from: { path: runsInABrowser, pathNot: '\\.spec\\.ts$' },
      to: { path: moduleOfNode, reachable: true },
    },
    {
      name: 'rows-know-no-framework',
      comment: 'What a page in a browser runs needs no Nest, no database and no bus.',
      severity: 'error',
      from: { path: runsInABrowser },
      to: { path: 'node_modules/(@nestjs|pg|fastify)/' },
    },
    {
      name: 'ports-know-no-nest',
      comment: 'The bus and the event store are usable without a framework.',
      severity: 'error',
      from: { path: '^libs/(message-bus|event-store|database|landing-store)/src' },
      to: { path: 'node_modules/@nestjs/' },
    },
    {
      name: 'production-code-imports-no-test-tool',
      comment: 'What runs in production is not made of test tools.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/[^/]+/src',
        pathNot: '(\\.spec\\.ts$|\\.features\\.ts$|/contract/|/testing)',
      },
      to: { path: 'node_modules/(vitest|fast-check)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'declared-dependencies-only',
      comment: 'A package that is not in package.json comes and goes with somebody else’s.',
      severity: 'error',
      from: { path: '^(apps|libs)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@kinledger/source', 'import', 'node', 'default', 'types'],
    },
  },
};
