import { env } from '#lib/platform/env.ts';
import { setTracing, tracing } from '#lib/platform/tracing/tracing.ts';

/** Starts traces in this process, or thread, where a collector is configured. Does nothing where none is. */
export async function startTracing(): Promise<void> {
  const {
    OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
    OTEL_EXPORTER_OTLP_HEADERS: headers = {},
    OTEL_SERVICE_NAME: service,
    OTEL_TRACES_SAMPLER_ARG: ratio,
  } = env();
  if (!endpoint || tracing()) return;
  // A shop without a collector loads none of it.
  const { openTelemetry } = await import('#lib/platform/tracing/open-telemetry.ts');
  setTracing(openTelemetry({ endpoint, headers, service, ratio }));
}

/** Sends what is left, for two seconds at most. */
export async function stopTracing(): Promise<void> {
  await tracing()?.end();
}
