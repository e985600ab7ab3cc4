import type { Appearance } from '@stripe/stripe-js';

/**
 * Returns the shop's colours for the provider's form. Its frame can't read our style sheet, so it gets
 * the colours of this page, in light or in dark.
 */
export function elementAppearance(): Appearance {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(`--color-${name}`).trim();
  return {
    theme: matchMedia('(prefers-color-scheme: dark)').matches ? 'night' : 'stripe',
    variables: {
      colorPrimary: colour('accent'),
      colorBackground: colour('raised'),
      colorText: colour('ink'),
      colorTextSecondary: colour('muted'),
      colorDanger: colour('bad'),
      fontFamily: 'system-ui, sans-serif',
      fontSizeBase: '16px',
      borderRadius: '10px',
    },
  };
}
