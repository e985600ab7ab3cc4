/** The pass mark of every category. */
const goal = 95;

/**
 * How far a page's performance may be below that of an empty app. A shared machine is slow and noisy in ways that
 * an absolute mark would blame on the page. So a slow page fails only if an empty app is faster in the same minutes.
 */
const tolerance = 5;

export const categories = ['performance', 'accessibility', 'best-practices', 'seo'] as const;
export type Category = (typeof categories)[number];

/** What the runs of one page scored, from 0 to 100. */
export interface PageScores {
  page: string;
  /** Search engines may list it. */
  indexed: boolean;
  /** One for each run of the page. */
  scores: Record<Category, number[]>;
}

/** The middle value. The lower one of two, because a page must not pass by chance. NaN without values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.ceil(values.length / 2) - 1] ?? Number.NaN;
}

/** What is wrong with a page, one sentence for each category. `emptyApp` is the performance of the empty app. */
export function faultsOf({ page, indexed, scores }: PageScores, emptyApp: number): string[] {
  return categories.flatMap((category) => {
    const score = median(scores[category]);
    // Written so that a missing score counts as a fault.
    if (score >= goal || (category === 'seo' && !indexed)) return [];
    if (category !== 'performance') return [`${page}: ${category} ${score}, below ${goal}`];
    const allowed = emptyApp - tolerance;
    if (score >= allowed) return [];
    return [
      `${page}: performance ${score}, below ${goal} and below ${allowed} (the empty app minus ${tolerance})`,
    ];
  });
}
