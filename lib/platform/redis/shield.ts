import type { Redis } from '@upstash/redis';
import {
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleWhen,
  isBrokenCircuitError,
} from 'cockatiel';
import { within } from '#lib/platform/deadline.ts';
import { refusalIn } from '#lib/platform/redis/refusal.ts';
import { RedisAway } from '#lib/platform/redis/replies.ts';

/** The answer of Redis, or the fact that there was none in time (stopped, hanging, breaker open, off). */
export type Asked<T> = { answered: true; value: T } | { answered: false };

export interface Shield {
  ask<T>(call: (redis: Redis) => Promise<T>): Promise<Asked<T>>;
  state(): 'up' | 'degraded';
  /** Why Redis refused the last call, in a sentence: a wrong password, a missing right. */
  refusal(): string | undefined;
}

export interface ShieldOptions {
  deadlineMs: number;
  /** Unanswered calls in a row until Redis is no longer asked. */
  failuresToOpen: number;
  /** How long it is then left alone before one call may try again. */
  probeAfterMs: number;
  /** Told once when the shield is lost, with the reason, and once when it is back. */
  onLost(reason: string): void;
  /** Told once when Redis begins to refuse this shop. */
  onRefused(reason: string): void;
  onBack(): void;
}

/** Puts a deadline and a circuit breaker before Redis, so that losing it costs an order next to nothing. */
export function makeShield(redis: Redis, options: ShieldOptions): Shield {
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof RedisAway),
    {
      breaker: new ConsecutiveBreaker(options.failuresToOpen),
      halfOpenAfter: options.probeAfterMs,
    },
  );
  // The breaker breaks anew after every probe that fails; the log hears of the first time only.
  let lost = false;
  let refusal: string | undefined;
  breaker.onBreak((failure) => {
    if (lost) return;
    lost = true;
    const reason =
      'error' in failure && failure.error instanceof RedisAway ? failure.error.message : 'unknown';
    // A refusal is told by itself, at its first call.
    if (refusal === undefined && refusalIn(reason) === undefined) options.onLost(reason);
  });
  breaker.onReset(() => {
    lost = false;
    options.onBack();
  });

  function noteFailure({ message }: Error): void {
    const reason = refusalIn(message);
    if (reason && !refusal) options.onRefused(reason);
    // Until a call is answered: one that is too late in between changes nothing about it.
    refusal = reason ?? refusal;
  }

  return {
    async ask(call) {
      // While one call probes, the breaker would let the others wait for how it ends.
      if (breaker.state === CircuitState.HalfOpen) return { answered: false };
      try {
        const value = await breaker.execute(() =>
          within(
            options.deadlineMs,
            call(redis),
            () => new RedisAway(`no answer within ${options.deadlineMs} ms`),
          ),
        );
        refusal = undefined;
        return { answered: true, value };
      } catch (error) {
        if (error instanceof RedisAway) noteFailure(error);
        if (error instanceof RedisAway || isBrokenCircuitError(error)) return { answered: false };
        throw error;
      }
    },
    state: () => (lost || refusal ? 'degraded' : 'up'),
    refusal: () => refusal,
  };
}
