/**
 * The import rules between the folders (docs/architecture.md). A rule's comment is shown to a person
 * whose import breaks it.
 * @type {import('dependency-cruiser').IConfiguration}
 */

/** The domains of `lib`, lowest first. A domain may import the platform and the domains before it. */
const domains = [
  'catalogue',
  'shipping',
  'pricing',
  'submissions',
  'jobs',
  'stock',
  'abuse',
  'cart',
  'payment-provider',
  'orders',
  'payments',
  'order-management',
  'checkout',
  'notifications',
  'reconciliation',
  'worker',
];

const oneWay = domains.slice(0, -1).map((domain, rank) => ({
  name: `${domain}-is-below`,
  comment: 'A domain may import only domains listed before it: see the list of domains in this file.',
  severity: 'error',
  from: { path: `^lib/${domain}/` },
  to: { path: `^lib/(${domains.slice(rank + 1).join('|')})/` },
}));

/** What components may import from a domain: its types and its pure rules. */
const clientSafe = [
  '^lib/platform/(money|text/uuid)\\.ts$',
  '^lib/platform/session/marker\\.ts$',
  '^lib/(cart/cart-limits|catalogue/search/query-limits)\\.ts$',
  '^lib/shipping/(address-fields|address-layout|method-label)\\.ts$',
  '^lib/checkout/checkout-fields\\.ts$',
  '^lib/orders/money/money-sentences\\.ts$',
];

export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Two files that import each other should become one, or share a third file that both import.',
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
        path: '^(app|components|host|server\\.ts|worker\\.ts|proxy\\.ts|instrumentation\\.ts|scripts|proof|tests|e2e)',
      },
    },
    {
      name: 'lib-knows-no-framework',
      comment: 'Only one thin adapter imports Next, so that every domain function runs on any host.',
      severity: 'error',
      from: { path: '^lib/', pathNot: '^lib/platform/session/next-session\\.ts$' },
      to: { path: '^node_modules/(next|react|react-dom)/' },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'Every domain uses the platform, so the platform must not import a domain.',
      severity: 'error',
      from: { path: '^lib/platform/' },
      to: { path: `^lib/(${domains.join('|')})/` },
    },
    ...oneWay,
    {
      name: 'the-queue-tables-have-one-door',
      comment: 'Domains enqueue with addJob; only the order writer includes a job in its own statement.',
      severity: 'error',
      from: {
        path: '^lib/',
        pathNot: '^lib/(jobs|worker)/|^lib/orders/batch/write-orders\\.ts$',
      },
      to: { path: '^lib/jobs/queue-tables\\.ts$' },
    },
    {
      name: 'open-telemetry-has-one-door',
      comment:
        'A shop without a collector loads none of it. Use inSpan and inTrace of lib/platform/tracing/tracing.ts.',
      severity: 'error',
      from: { pathNot: '^lib/platform/tracing/open-telemetry\\.ts$|^node_modules/' },
      to: { path: '^node_modules/@opentelemetry/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'every-folder-has-its-place',
      comment: 'Add a new domain to the list of domains in this file.',
      severity: 'error',
      from: { path: '^lib/', pathNot: `^lib/(platform|generated|${domains.join('|')})/` },
      to: {},
    },
    {
      name: 'connections-set-what-they-need',
      comment:
        'Open a connection with openClient of lib/platform/database/db-session.ts: any other one has the time zone, search path and limits of its database role.',
      severity: 'error',
      from: {
        path: '^(lib|prisma|scripts|app)/',
        pathNot:
          '^(lib/(platform/database/(db|db-session)|worker/queue-options)|prisma/migrate|scripts/(services/postgres|launch/parts/database))\\.ts$|\\.test\\.ts$',
      },
      to: { path: '^node_modules/pg/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-use-types-and-pure-helpers',
      comment: 'Components are shipped to browsers: no database, no configuration, no Node.',
      severity: 'error',
      from: { path: '^components/', pathNot: '(\\.test|-samples)\\.tsx?$' },
      to: { path: '^lib/', pathNot: clientSafe, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'components-know-no-pages',
      comment: 'Pages use components. A page passes a component all that it needs, including actions.',
      severity: 'error',
      from: { path: '^components/' },
      to: { path: '^(app|host|scripts|proof|tests|e2e|prisma)/' },
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
      comment: 'Pages call domain functions, not the database.',
      severity: 'error',
      from: { path: '^(app|components|proxy\\.ts|instrumentation\\.ts)' },
      to: { path: '^lib/(generated/|platform/database/db\\.ts)' },
    },
    {
      name: 'simulator-is-an-independent-truth',
      comment: "A payment simulator that shared the shop's code would share its mistakes.",
      severity: 'error',
      from: { path: '^proof/simulator/' },
      to: { pathNot: '^proof/simulator/', dependencyTypesNot: ['core'] },
    },
    {
      name: 'the-model-has-no-io',
      comment:
        "The model of the protocol calls only the shop's pure decision functions. All its other data is its own.",
      severity: 'error',
      from: { path: '^proof/model/', pathNot: '\\.test\\.ts$' },
      to: {
        path: '^(app|components|host|lib|prisma|scripts|proof/(simulator|bench|chaos|harness))/',
        pathNot: [
          '^lib/orders/(decide/decide|order-request|schema|unpaid/unpaid-limits)\\.ts$',
          '^lib/(payments/(settling/(settle|settlement)|payment-rows)|payment-provider/(provider|statuses))\\.ts$',
          '^lib/pricing/(price|rules)\\.ts$',
          '^scripts/(advice|launch/progress)\\.ts$',
        ],
      },
    },
    {
      name: 'the-shop-knows-no-simulator',
      comment:
        "The shop knows the simulator only through Stripe's API. npm start runs it as a separate process.",
      severity: 'error',
      from: { path: '^(app|components|host|lib|prisma|scripts|server\\.ts|proxy\\.ts|instrumentation\\.ts)' },
      to: { path: '^proof/simulator/' },
    },
    {
      name: 'the-shop-has-no-switches',
      comment: 'A guard that can be switched off can be off by mistake. Only the test build replaces guards.',
      severity: 'error',
      from: {
        path: '^(app|components|host|lib|prisma|scripts|server\\.ts|worker\\.ts|proxy\\.ts|instrumentation\\.ts)',
      },
      to: { path: '^proof/ablation/' },
    },
    {
      name: 'the-checker-is-an-independent-judge',
      comment:
        'The checker decides whether the shop kept its guarantees, so it must share neither code nor mistakes with it.',
      severity: 'error',
      from: { path: '^proof/chaos/checker/', pathNot: '\\.test\\.ts$' },
      to: {
        pathNot: '^proof/chaos/checker/',
        dependencyTypesNot: ['core'],
      },
    },
    {
      name: 'the-harness-knows-no-run',
      comment:
        'Runs and tests use the harness. Of the chaos runs it knows only the checker, for which it collects the evidence.',
      severity: 'error',
      from: { path: '^proof/harness/' },
      to: { path: '^(tests|e2e)/|^proof/(ablation|bench|model|mutation|chaos/(?!checker/))' },
    },
    {
      name: 'production-code-uses-no-test-tools',
      comment: 'Production code must not import packages that are not installed in production.',
      severity: 'error',
      from: {
        path: '^(app|components|host|lib|server\\.ts|proxy\\.ts|instrumentation\\.ts|prisma)',
        pathNot: '(\\.test|-samples)\\.tsx?$',
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'samples-are-for-tests',
      comment: 'A file named *-samples holds what several test files share.',
      severity: 'error',
      from: { pathNot: '(\\.test|-samples)\\.tsx?$' },
      to: { path: '-samples\\.ts$' },
    },
    {
      name: 'nothing-unresolvable',
      comment: 'This import cannot be resolved.',
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
