/** How long a session cookie is accepted: for those who check one, and those who end one early. */

/** A session that is not used for this long ends. Each use after a day issues it anew. */
export const sessionMaxAgeSeconds = 90 * 24 * 3600;
export const reissueAfterSeconds = 24 * 3600;

/**
 * Cookies without an issue time were made until the end of November 2026 and kept by browsers for 400
 * days. After that, there are none left, and one that still comes is no browser's.
 */
export const untimedUntilSeconds = Date.UTC(2028, 0, 5) / 1000;
