import { Alert } from '#components/ui/alert.tsx';

const news = {
  requested: {
    tone: 'info',
    title: 'Look for our email',
    text: 'If an order has this number and this email address, a link to it is on its way. It takes a few minutes at most. Nothing came? Check both and ask again.',
  },
  limited: {
    tone: 'caution',
    title: 'Too many requests',
    text: 'Too many links were asked for from your network. No email was sent. Please try again in an hour.',
  },
  failed: {
    tone: 'bad',
    title: 'The request did not reach us',
    text: 'No email was sent. Please enter the order number and the email address again.',
  },
} as const;

/** The outcome of the form that requests a link, on the page that follows it. */
export function OrderLinkNews({ outcome }: { outcome: string | undefined }) {
  if (!outcome || !Object.hasOwn(news, outcome)) return null;
  const { tone, title, text } = news[outcome as keyof typeof news];
  return (
    <Alert tone={tone} role="status" title={title} className="mb-8">
      <p className="mt-1">{text}</p>
    </Alert>
  );
}
