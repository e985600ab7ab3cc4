import { z } from 'zod';

/** The header, or the field of a form post, that carries an answer. */
export const challengeHeader = 'Once-Challenge';
export const challengeField = 'challenge';

/** The member `challenge` of a `rate_limited` problem. */
export const challengeSchema = z
  .object({
    kind: z.enum(['proof_of_work', 'turnstile', 'hcaptcha']),
    id: z.string().describe(`Begins the answer: "<id>~<solution>", sent with the same submission`),
    expiresAt: z.iso.datetime().describe('Until when an answer is taken'),
    /** Only for `proof_of_work`. */
    difficulty: z
      .int()
      .optional()
      .describe('SHA-256 of "<id>~<solution>" begins with so many zero bits; the solution is a number'),
    /** Only for the other kinds. */
    siteKey: z.string().optional().describe("For the service's widget, whose response is the solution"),
    header: z.literal(challengeHeader),
    field: z.literal(challengeField),
  })
  .meta({
    id: 'Challenge',
    description:
      'What lets the same submission through at once. Without it, it goes through after Retry-After.',
  });

export type Challenge = z.output<typeof challengeSchema>;
