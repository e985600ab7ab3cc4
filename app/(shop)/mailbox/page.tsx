import type { Metadata } from 'next';
import { headers } from 'next/headers';
import { notFound } from 'next/navigation';
import { unlessUnavailable } from '#app/_personal/unless-unavailable.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Container } from '#components/ui/container.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { ButtonLink } from '#components/ui/form/button.tsx';
import { Icon } from '#components/ui/icon.tsx';
import { down } from '#components/ui/icon-paths.ts';
import { PageTitle } from '#components/ui/page-title.tsx';
import { type EmailView, listEmails } from '#lib/notifications/email/list-emails.ts';
import { env, siteUrl } from '#lib/platform/env.ts';
import { isExposed } from '#lib/platform/exposure.ts';
import { isLocalRequest } from '#lib/platform/http/http.ts';
import { MailText } from './mail-text.tsx';

export const metadata: Metadata = { title: 'Mailbox', robots: { index: false, follow: false } };

// Whether there is a mailbox depends on the configuration at run time, not at build time.
export const dynamic = 'force-dynamic';

/** Lists the emails of a shop that runs on the developer's own machine. */
export default async function MailboxPage() {
  if (isExposed() || env().SMTP_URL) notFound();
  if (!isLocalRequest(await headers())) notFound();
  return unlessUnavailable('/mailbox', drawMails);
}

async function drawMails() {
  const mails = await listEmails();
  if (mails.length === 0) return <NoMails />;
  const { origin } = siteUrl();
  return (
    <Container narrow>
      <PageTitle lead="Emails to shoppers, newest first. Only this machine can see them.">Mailbox</PageTitle>
      <ul className="grid gap-3">
        {mails.map((mail, index) => (
          <Mail key={mail.id} mail={mail} origin={origin} open={index === 0} />
        ))}
      </ul>
    </Container>
  );
}

const states = {
  queued: { word: 'Waiting to be sent', tone: 'caution' },
  sent: { word: 'Sent', tone: 'good' },
  kept: { word: 'Kept here', tone: 'neutral' },
  refused: { word: 'Refused', tone: 'bad' },
  suppressed: { word: 'Not sent: too many to this address', tone: 'caution' },
} as const;

const clock = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });

function Mail({ mail, origin, open }: { mail: EmailView; origin: string; open: boolean }) {
  const { recipient, subject, body, status, createdAt } = mail;
  const { word, tone } = states[status];
  return (
    <li className="min-w-0 rounded-lg border border-line bg-raised">
      <details open={open} className="group">
        <summary className="cursor-pointer list-none rounded-lg p-5 hover:text-accent [&::-webkit-details-marker]:hidden">
          <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-2">
            <h2 className="text-lg">{subject}</h2>
            <span className="flex items-center gap-3">
              <Badge tone={tone}>{word}</Badge>
              <Icon path={down} className="size-5 text-muted transition-transform group-open:rotate-180" />
            </span>
          </div>
          <p className="mt-1 break-words text-muted">
            To {recipient}, <time dateTime={createdAt}>{clock.format(new Date(createdAt))} UTC</time>
          </p>
        </summary>
        <div className="px-5 pb-5 max-sm:px-3 max-sm:pb-3">
          <MailText body={body} origin={origin} />
        </div>
      </details>
    </li>
  );
}

function NoMails() {
  return (
    <Container>
      <EmptyState
        headingLevel="h1"
        title="No emails yet"
        actions={<ButtonLink href="/">Order something</ButtonLink>}
      >
        <p>This shop has no mail server, so it keeps its emails and shows them here.</p>
      </EmptyState>
    </Container>
  );
}
