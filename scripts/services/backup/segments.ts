/**
 * Names of WAL segments: eight hexadecimal digits each for the timeline, the log and the segment in it. A log
 * has 256 segments of 16 MB.
 */

const segmentName = /^[0-9A-F]{24}$/;
const segmentsInLog = 256;

export const isSegment = (name: string): boolean => segmentName.test(name);

export const isHistory = (name: string): boolean => /^[0-9A-F]{8}\.history$/.test(name);

/** Where a segment is in the log, whatever its timeline: a new timeline continues the numbers. */
export function positionOf(name: string): number {
  const [log, segment] = [name.slice(8, 16), name.slice(16, 24)].map((part) => Number.parseInt(part, 16));
  return (log ?? 0) * segmentsInLog + (segment ?? 0);
}

/**
 * The positions from `first` to the last archived one that the archive lacks. A segment counts on whichever
 * timeline it was written.
 */
export function missingPositions(names: string[], first: number): number[] {
  const present = new Set(names.filter(isSegment).map(positionOf));
  const last = Math.max(first, ...present);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index).filter(
    (position) => !present.has(position),
  );
}

/** The end of a segment's name, without the timeline, for messages. */
export function nameAt(position: number): string {
  const hex = (value: number) => value.toString(16).toUpperCase().padStart(8, '0');
  return `${hex(Math.floor(position / segmentsInLog))}${hex(position % segmentsInLog)}`;
}
