import { expect, test } from 'vitest';
import { readTraceparent, writeTraceparent } from '#lib/platform/tracing/traceparent.ts';

const traceId = '0af7651916cd43dd8448eb211c80319c';
const spanId = 'b7ad6b7169203331';

test('a traceparent names a span, whatever its flag says', () => {
  for (const flags of ['00', '01']) {
    expect(readTraceparent(`00-${traceId}-${spanId}-${flags}`)).toMatchObject({ traceId, spanId });
  }
});

test('what is written can be read', () => {
  const context = readTraceparent(writeTraceparent({ traceId, spanId, traceFlags: 1 }));
  expect(context).toMatchObject({ traceId, spanId, traceFlags: 1 });
});

test.each([
  undefined,
  7,
  '',
  `00-${traceId}-${spanId}`,
  `00-${traceId}-${spanId}-01-more`,
  `ff-${traceId}-${spanId}-01`,
  `00-${traceId.toUpperCase()}-${spanId}-01`,
  `00-${'0'.repeat(32)}-${spanId}-01`,
  `00-${traceId}-${'0'.repeat(16)}-01`,
])('%s is no traceparent', (text) => {
  expect(readTraceparent(text)).toBeUndefined();
});
