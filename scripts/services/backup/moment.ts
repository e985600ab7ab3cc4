/** A moment by the database's clock, to the microsecond: two transactions may share a millisecond. */
export interface Moment {
  at: Date;
  /** `2026-12-01T10:00:00.123456Z` */
  text: string;
}

const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.(\d{1,6})\d*)?)?(?:Z|[+-]\d\d:\d\d)$/;

/** Reads a time with its time zone. Undefined: it is none, or a day that does not exist. */
export function parseMoment(text: string): Moment | undefined {
  const match = shape.exec(text);
  const at = new Date(match ? text : Number.NaN);
  if (!match || Number.isNaN(at.getTime())) return undefined;
  return { at, text: `${at.toISOString().slice(0, 19)}.${(match[1] ?? '').padEnd(6, '0')}Z` };
}
