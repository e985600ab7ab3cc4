import { env } from '#lib/platform/env.ts';
import type { AppError } from '#lib/platform/errors.ts';

interface Words {
  title: string;
  text: string;
}

/** The texts for shoppers, by status. The detail of a problem document is meant for programs. */
const words: Record<number, Words> = {
  400: {
    title: 'This request could not be read',
    text: 'The address or the form that your browser sent is not one that this shop can read. Nothing was changed.',
  },
  401: {
    title: 'Your browser sent no cookie',
    text: 'The shop did not recognise your browser, so nothing was changed. Allow cookies for this shop, open your cart and try again.',
  },
  403: {
    title: 'This request came from another site',
    text: 'The shop takes changes only from its own pages. Nothing was changed. Open the shop and try again there.',
  },
  404: { title: 'There is nothing here', text: 'This address does not belong to anything in the shop.' },
  405: {
    title: 'This page cannot do that',
    text: 'Your browser asked for something that this page does not do. Nothing was changed.',
  },
  413: {
    title: 'That was too much',
    text: 'What your browser sent is larger than this page takes. Nothing was changed. Go back, shorten it and send it again.',
  },
  415: {
    title: 'This form could not be read',
    text: 'Your browser sent the form in a way that this shop cannot read. Nothing was changed. Go back, load the page again and send it once more.',
  },
  421: {
    title: 'The shop is not at this address',
    text: 'This server does not answer under the name that your browser used. Nothing was changed. Check the address. If you run this shop, add the name to PUBLIC_URL or ALLOWED_HOSTS.',
  },
  429: {
    title: 'One moment, please',
    text: 'Many requests came from you in a short time, so this one was not carried out. Wait a few seconds and try again.',
  },
  503: {
    title: 'The shop will be right back',
    text: 'The shop could not answer just now. Wait a few seconds and try again. If you were placing an order, it is safe to send the same order again: it makes one order, however often it is sent.',
  },
};

const otherwise: Words = {
  title: 'Something went wrong',
  text: 'The shop could not do this. Go back and try again. If you were placing an order, look at your orders first.',
};

/** A problem as a whole HTML page, for a person. It contains no text from the request. */
export function problemPage(error: AppError, requestId: string): string {
  const { title, text } = words[error.status] ?? otherwise;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="robots" content="noindex">
    <title>${title} · Once</title>
    <style>
      :root { color-scheme: light dark; }
      body { margin: 15vh auto; max-width: 34rem; padding: 0 1.5rem; font: 1.0625rem/1.6 system-ui, sans-serif; }
      h1 { font-size: 1.75rem; line-height: 1.25; }
      a { color: inherit; }
      small { opacity: 0.7; }
    </style>
  </head>
  <body>
    <h1>${title}</h1>
    <p>${text}</p>
    <p><a href="/">Go to the shop</a> · <a href="/orders">Your orders</a></p>
    <p><small>${codeSentence(requestId)}</small></p>
  </body>
</html>
`;
}

function codeSentence(requestId: string): string {
  const { CONTACT_EMAIL: contact } = env();
  if (!contact) return `Code of this answer: ${requestId}`;
  return `If you write to <a href="mailto:${contact}">${contact}</a> about this, name ${requestId}.`;
}
