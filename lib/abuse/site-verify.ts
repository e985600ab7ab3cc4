import { z } from 'zod';
import { env } from '#lib/platform/env.ts';
import { logger } from '#lib/platform/logger.ts';

/** The services' own endpoints. Both take the same form and return the same answer. */
const verifyUrls = {
  turnstile: 'https://challenges.cloudflare.com/turnstile/v0/siteverify',
  hcaptcha: 'https://api.hcaptcha.com/siteverify',
};

/** How long a shopper may wait for a third-party service. */
const deadlineMs = 4_000;

const maxResponseCharacters = 4_096;

const answerSchema = z.object({ success: z.boolean(), 'error-codes': z.array(z.string()).default([]) });

/** The service's word for a wrong CHALLENGE_SECRET_KEY, which says nothing about the shopper. */
const refusesUs = /^(?:missing|invalid)-input-secret$/;

/** `unreachable`: the service did not answer or refused the shop's key, so nothing is known about the shopper. */
export type Verdict = 'good' | 'bad' | 'unreachable';

/** Asks the service whether its widget's response is valid. Each response is valid once. */
export async function siteVerify(
  kind: keyof typeof verifyUrls,
  response: string,
  ip: string | undefined,
): Promise<Verdict> {
  const { CHALLENGE_SECRET_KEY = '', CHALLENGE_VERIFY_URL: url = verifyUrls[kind] } = env();
  if (response.length === 0 || response.length > maxResponseCharacters) return 'bad';
  const form = new URLSearchParams({
    secret: CHALLENGE_SECRET_KEY,
    response,
    ...(ip ? { remoteip: ip } : {}),
  });
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body: form,
      redirect: 'error',
      signal: AbortSignal.timeout(deadlineMs),
    });
    if (!answer.ok) throw new Error(`the service answered ${answer.status}`);
    const { success, 'error-codes': codes } = answerSchema.parse(await answer.json());
    if (codes.some((code) => refusesUs.test(code))) throw new Error('it refuses CHALLENGE_SECRET_KEY');
    return success ? 'good' : 'bad';
  } catch (error) {
    logger().warn({ reason: (error as Error).message, kind }, 'the challenge service does not answer');
    return 'unreachable';
  }
}
