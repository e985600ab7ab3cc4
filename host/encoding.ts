/** Whether a client takes an encoding, by its `Accept-Encoding`. `q=0` refuses one (RFC 9110, 12.5.3). */
export function accepts(encoding: string, accepted: string | string[] | undefined): boolean {
  const found = String(accepted ?? '')
    .split(',')
    .map((one) => /^\s*([\w-]+)\s*(?:;\s*q=([\d.]+))?\s*$/.exec(one))
    .find((one) => one?.[1]?.toLowerCase() === encoding);
  return found !== undefined && Number(found?.[2] ?? 1) > 0;
}
