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
import { RedisAway } from '#lib/platform/redis/transports/replies.ts';

/** The answer of Redis, or the fact that there was none in time (stopped, hanging, breaker open, off). */
export type Asked<T> = { answered: true; value: T } | { answered: false };

export interface Shield {
  ask<T>(call: (redis: Redis) => Promise<T>): Promise<Asked<T>>;
  state(): 'up' | 'degraded';
  /** Why Redis refused the last call, as a sentence: a wrong password, a missing right. */
  refusal(): string | undefined;
}

export interface ShieldOptions {
  deadlineMs: number;
  /** Unanswered calls in a row before the breaker opens. */
  failuresToOpen: number;
  /** How long the breaker stays open before one call may probe. */
  probeAfterMs: number;
  /** Called once when the breaker opens, with the reason. `onBack` is called once when it closes again. */
  onLost(reason: string): void;
  /** Called once when Redis begins to refuse this shop. */
  onRefused(reason: string): void;
  onBack(): void;
}

/**
 * Puts a timeout and a circuit breaker in front of Redis, so that losing Redis costs an order almost
 * nothing.
 */
export function makeShield(redis: Redis, options: ShieldOptions): Shield {
  const breaker = circuitBreaker(
    handleWhen((error) => error instanceof RedisAway),
    {
      breaker: new ConsecutiveBreaker(options.failuresToOpen),
      halfOpenAfter: options.probeAfterMs,
    },
  );
  // The breaker opens again after every failed probe. Only the first time is logged.
  let lost = false;
  let refusal: string | undefined;
  breaker.onBreak((failure) => {
    if (lost) return;
    lost = true;
    const reason =
      'error' in failure && failure.error instanceof RedisAway ? failure.error.message : 'unknown';
    // A refusal is reported by noteFailure, at its first call.
    if (refusal === undefined && refusalIn(reason) === undefined) options.onLost(reason);
  });
  breaker.onReset(() => {
    lost = false;
    options.onBack();
  });

  function noteFailure({ message }: Error): void {
    const reason = refusalIn(message);
    if (reason && !refusal) options.onRefused(reason);
    // Kept until a call is answered: a timeout in between does not end the refusal.
    refusal = reason ?? refusal;
  }

  return {
    async ask(call) {
      // While one call probes, the breaker would let other calls wait for its result.
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
