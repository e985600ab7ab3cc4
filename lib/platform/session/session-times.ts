/** How long a session cookie is accepted. Used to check sessions and to revoke them. */

/** A session ends after this time without use. A use more than a day after its issue reissues it. */
export const sessionMaxAgeSeconds = 90 * 24 * 3600;
export const reissueAfterSeconds = 24 * 3600;

/**
 * Cookies without an issue time were issued until the end of November 2026, and browsers keep them for 400
 * days. After this date no browser has one, so such a cookie is refused.
 */
export const untimedUntilSeconds = Date.UTC(2028, 0, 5) / 1000;
