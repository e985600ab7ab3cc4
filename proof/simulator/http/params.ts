import { invalid } from './api-error.ts';

/** Parameters as they are sent: `metadata[order_id]` is one name. Lists have numbers or end in `[]`. */
export type Params = ReadonlyMap<string, string>;

/** The metadata limits are Stripe's. The number of parameters is ours, far above what any call has. */
const limits = { params: 200, metadataKeys: 50, metadataKey: 40, metadataValue: 500 };

/** Decodes a form or a query string. Throws a 400 for too many parameters. */
export function decodeForm(text: string): Params {
  const params = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (params.size >= limits.params) throw invalid('Too many parameters.');
    params.set(name.endsWith('[]') ? `${name.slice(0, -2)}[${params.size}]` : name, value);
  }
  return params;
}

/** Throws for the first unknown parameter, so that no typing error passes unseen. */
export function requireKnown(params: Params, known: readonly string[]): void {
  for (const name of params.keys()) {
    const [root = ''] = name.split('[');
    if (known.includes(root) || root === 'expand') continue;
    throw invalid(`Received unknown parameter: ${name}`, { code: 'parameter_unknown', param: name });
  }
}

export function textOf(params: Params, name: string): string | undefined {
  return params.get(name) || undefined;
}

export function required(params: Params, name: string): string {
  const value = textOf(params, name);
  if (value === undefined) {
    throw invalid(`Missing required param: ${name}.`, { code: 'parameter_missing', param: name });
  }
  return value;
}

export function integerOf(params: Params, name: string): number | undefined {
  const value = textOf(params, name);
  if (value === undefined) return undefined;
  if (!/^-?\d{1,15}$/.test(value)) {
    throw invalid(`Invalid integer: ${value}`, { code: 'parameter_invalid_integer', param: name });
  }
  return Number(value);
}

/** An amount in minor units, or a timestamp. */
export function positiveOf(params: Params, name: string): number | undefined {
  const value = integerOf(params, name);
  if (value !== undefined && value < 1) {
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: name,
    });
  }
  return value;
}

export function booleanOf(params: Params, name: string): boolean {
  const value = textOf(params, name) ?? 'false';
  if (value !== 'true' && value !== 'false') throw invalid(`Invalid boolean: ${value}`, { param: name });
  return value === 'true';
}

export function oneOf<Choice extends string>(
  params: Params,
  name: string,
  choices: readonly Choice[],
): Choice | undefined {
  const value = textOf(params, name);
  const choice = choices.find((candidate) => candidate === value);
  if (value !== undefined && choice === undefined) {
    throw invalid(`Invalid ${name}: must be one of ${choices.join(', ')}`, { param: name });
  }
  return choice;
}

export function listOf(params: Params, name: string): string[] {
  return [...params].filter(([key]) => key.startsWith(`${name}[`)).map(([, value]) => value);
}

/** A URL to which a browser can be redirected. */
export function urlOf(params: Params, name: string): string | undefined {
  const value = textOf(params, name);
  if (value === undefined) return undefined;
  if (value.length > 2_000 || !/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw invalid('Not a valid URL', { code: 'url_invalid', param: name });
  }
  return value;
}

export function metadataOf(params: Params): Record<string, string> {
  const entries = [...params].flatMap(([name, value]) => {
    const key = name.match(/^metadata\[([^[\]]+)\]$/)?.[1];
    return key === undefined ? [] : [[key, value] as const];
  });
  const tooLong = entries.find(
    ([key, value]) => key.length > limits.metadataKey || value.length > limits.metadataValue,
  );
  if (tooLong) throw invalid('Metadata is too long', { param: `metadata[${tooLong[0]}]` });
  if (entries.length > limits.metadataKeys) {
    throw invalid(`Metadata has more than ${limits.metadataKeys} keys`, { param: 'metadata' });
  }
  return Object.fromEntries(entries);
}
