/** A method's label has a name and, after a comma, how long it takes: `Standard, 3–5 working days`. Pure. */

export const methodName = (label: string): string => label.split(', ')[0] ?? label;

/** Empty if the label has only a name. */
export const methodTime = (label: string): string => label.split(', ').slice(1).join(', ');
