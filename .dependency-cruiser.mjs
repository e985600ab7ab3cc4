/**
 * The walls between the rooms (docs/architecture.md). A rule's comment is what a person reads
 * when they run into it.
 * @type {import('dependency-cruiser').IConfiguration}
 */
const domain = '^lib/(catalogue|cart|checkout|orders|stock|payments|mail|announcements|jobs)/';

/** What a domain shows to other domains, besides functions: its shapes and its pure rules. */
const clientSafe = [
  '^lib/(money|personal-pages|uuid)\\.ts$',
  '^lib/(catalogue|cart|checkout|orders)/schema\\.ts$',
  '^lib/cart/marker\\.ts$',
  '^lib/checkout/address-layout\\.ts$',
  '^lib/checkout/(quote|shipping-address)\\.ts$',
  '^lib/orders/money-sentences\\.ts$',
];

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or lack a third that both need.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'lib-knows-no-pages',
      comment: 'lib is used by app and components, not the other way round.',
      severity: 'error',
      from: { path: '^lib/' },
      to: {
        path: '^(app|components|server\\.ts|worker\\.ts|proxy\\.ts|instrumentation\\.ts|scripts|bench|prove|tests|e2e)',
      },
    },
    {
      name: 'lib-knows-no-framework',
      comment: 'Next is met in one thin adapter, so that every domain function runs on any host.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/next-session\\.ts$' },
      to: { path: '^node_modules/(next|react|react-dom)/' },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'What everything stands on does not depend on what stands on it.',
      severity: 'error',
      from: { path: '^lib/[^/]+\\.ts$', pathNot: '^lib/next-session\\.ts$' },
      to: { path: domain },
    },
    {
      name: 'jobs-are-asked-for-by-name',
      comment: 'A domain enqueues a job; what runs for it, and where, is the business of its host.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/jobs/' },
      to: { path: '^lib/jobs/', pathNot: '^lib/jobs/(add-job|jobs|permanent-failure)\\.ts$' },
    },
    {
      name: 'connections-set-what-they-need',
      comment:
        'Open a connection with openClient of lib/db-session.ts: another one follows the time zone, search path and limits of its role.',
      severity: 'error',
      from: {
        path: '^(lib|prisma|scripts|app)/',
        pathNot:
          '^(lib/(db-session|jobs/queue-options)|prisma/migrate|scripts/(services/postgres|launch/database))\\.ts$|\\.test\\.ts$',
      },
      to: { path: '^node_modules/pg/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-use-types-and-pure-helpers',
      comment: 'Components are shipped to browsers: no database, no configuration, no Node.',
      severity: 'error',
      from: { path: '^components/', pathNot: '\\.test\\.tsx?$' },
      to: { path: '^lib/', pathNot: clientSafe, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-know-no-pages',
      comment: 'A component is used by pages; a page hands it what it needs, actions included.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(app|scripts|bench|tests|e2e|prisma)/' },
    },
    {
      name: 'components-know-no-node',
      comment: 'Components are shipped to browsers.',
      severity: 'error',
      from: { path: '^components/', pathNot: '\\.test\\.tsx?$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'generated-client-stays-in-lib',
      comment: 'Pages ask domain functions, not the database.',
      severity: 'error',
      from: { path: '^(app|components|proxy\\.ts|instrumentation\\.ts)' },
      to: { path: '^lib/(generated/|db\\.ts)' },
    },
    {
      name: 'simulator-is-an-independent-truth',
      comment: "A till that shared the shop's code would share its mistakes.",
      severity: 'error',
      from: { path: '^simulator/' },
      to: { pathNot: '^simulator/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-model-has-no-io',
      comment:
        "The model of the protocol calls the shop's pure decisions; everything else is data of its own.",
      severity: 'error',
      from: { path: '^prove/model/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(app|components|lib|prisma|scripts|simulator|bench)/',
        pathNot: [
          '^lib/orders/(decide|placement|schema|unpaid-limits)\\.ts$',
          '^lib/payments/(settle|settlement|payment-rows|provider)\\.ts$',
          '^lib/checkout/quote\\.ts$',
          '^scripts/(advice|usage|launch/progress)\\.ts$',
        ],
      },
    },
    {
      name: 'the-shop-knows-no-simulator',
      comment: "Only Stripe's API stands between the two; npm start runs it as a process of its own.",
      severity: 'error',
      from: { path: '^(app|components|lib|prisma|scripts|server\\.ts|proxy\\.ts|instrumentation\\.ts)' },
      to: { path: '^simulator/' },
    },
    {
      name: 'the-shop-has-no-switches',
      comment: 'A guard that can be switched off can be off by mistake: only the test build replaces any.',
      severity: 'error',
      from: {
        path: '^(app|components|lib|prisma|scripts|server\\.ts|worker\\.ts|proxy\\.ts|instrumentation\\.ts)',
      },
      to: { path: '^prove/ablation/' },
    },
    {
      name: 'the-checker-is-an-independent-judge',
      comment: 'What decides whether the shop kept its promises must not share its code, nor its mistakes.',
      severity: 'error',
      from: { path: '^prove/(check-history|check-money|evidence|grouping|history)\\.ts$' },
      to: {
        pathNot: '^prove/(check-history|check-money|evidence|grouping|history)\\.ts$',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'production-code-uses-no-test-tools',
      comment: 'What is not installed in production must not be needed there.',
      severity: 'error',
      from: {
        path: '^(app|components|lib|server\\.ts|proxy\\.ts|instrumentation\\.ts|prisma)',
        pathNot: '\\.test\\.tsx?$',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'An import that leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^(node_modules|lib/generated)' },
    exclude: { path: '^(\\.next|\\.data|lib/generated/.*)' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.css', '.d.ts'],
    },
  },
};
