/** A search is a few words. A longer text is a mistake, or an attack that burns database time. */
export const maxQueryLength = 200;
