import { hash } from 'node:crypto';

export interface ChallengeSeen {
  kind: string;
  id: string;
  difficulty?: number;
  siteKey?: string;
  expiresAt: string;
}

/** Solves a proof of work as the page does: by trying numbers. */
export function workOut({ id, difficulty = 0 }: ChallengeSeen): string {
  for (let tried = 0; ; tried += 1) {
    const answer = `${id}~${tried}`;
    const bits = BigInt(`0x${hash('sha256', answer, 'hex')}`)
      .toString(2)
      .padStart(256, '0');
    if (bits.startsWith('0'.repeat(difficulty))) return answer;
  }
}

/** The challenge of a `429`, or undefined for any other answer. */
export async function challengeOf(response: Response): Promise<ChallengeSeen | undefined> {
  if (response.status !== 429) return undefined;
  const problem = (await response.clone().json()) as { code: string; challenge?: ChallengeSeen };
  return problem.code === 'rate_limited' ? problem.challenge : undefined;
}
