import type { Appearance } from '@stripe/stripe-js';

/**
 * The provider's form in the shop's colours: its frame can't see our style sheet, so it is told what
 * the colours are on this page, in light or in dark.
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
