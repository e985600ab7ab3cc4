import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** An email server that keeps what it accepts, and misbehaves on request. */
export interface TestSmtp {
  url: string;
  /** The accepted emails, in order. */
  mails: ReceivedMail[];
  /** Recipients that it always refuses. */
  unknownRecipients: Set<string>;
  /** Its answer to every email at this command, until it is set to undefined. */
  refusal: { at: 'RCPT TO' | 'DATA'; code: number; text: string } | undefined;
  /** Passwords that it refuses. It accepts any other, and clients without a login. */
  refusedPasswords: Set<string>;
  /** Tells the next `times` recipients to try again later. 0 ends this. */
  deferNext(times: number): void;
  /** Accepts emails but holds its answers until `answer` is called. */
  holdAnswers(): { answer: () => void };
  close(): Promise<void>;
}

interface ReceivedMail {
  to: string[];
  messageId: string;
  subject: string;
  /** The plain text, decoded, with plain line endings. */
  text: string;
}

export async function startSmtp(): Promise<TestSmtp> {
  const mails: ReceivedMail[] = [];
  const unknownRecipients = new Set<string>();
  const refusedPasswords = new Set<string>();
  let deferrals = 0;
  let mayAnswer = Promise.resolve();

  const refusalAt = (command: 'RCPT TO' | 'DATA') => {
    const { refusal: refused } = smtp;
    return refused?.at === command ? refusal(refused.code, refused.text) : null;
  };

  const server = new SMTPServer({
    authOptional: true,
    // Its clients are on this machine and use no TLS.
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    onAuth({ username, password }, _session, callback) {
      if (refusedPasswords.has(password ?? '')) return callback(refusal(535, '5.7.8 wrong password'));
      callback(null, { user: username ?? '' });
    },
    onRcptTo({ address }, _session, callback) {
      if (unknownRecipients.has(address)) return callback(refusal(550, '5.1.1 no such mailbox'));
      if (deferrals > 0) {
        deferrals -= 1;
        return callback(refusal(450, '4.2.1 come back later'));
      }
      callback(refusalAt('RCPT TO'));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const refused = refusalAt('DATA');
        if (refused) return callback(refused);
        const to = session.envelope.rcptTo.map(({ address }) => address);
        mails.push({ to, ...parse(Buffer.concat(chunks).toString('utf8')) });
        void mayAnswer.then(() => callback());
      });
    },
  });
  // A client that is killed while it sends an email must not end the server.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  const smtp: TestSmtp = {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    unknownRecipients,
    refusedPasswords,
    refusal: undefined,
    deferNext: (times) => {
      deferrals = times;
    },
    holdAnswers: () => {
      let answer = () => {};
      mayAnswer = new Promise((resolve) => {
        answer = resolve;
      });
      return { answer };
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return smtp;
}

function refusal(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}

function parse(raw: string): Omit<ReceivedMail, 'to'> {
  const [head = '', ...rest] = raw.replaceAll('\r\n', '\n').split('\n\n');
  const headers = head.replaceAll(/\n[ \t]+/g, ' ');
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, 'im').exec(headers)?.[1] ?? '';
  return {
    messageId: header('Message-ID'),
    subject: header('Subject'),
    text: decode(rest.join('\n\n'), header('Content-Transfer-Encoding').toLowerCase()),
  };
}

function decode(body: string, encoding: string): string {
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString('utf8').replaceAll('\r\n', '\n');
  if (encoding !== 'quoted-printable') return body;
  const bytes = body
    .replaceAll('=\n', '')
    .replaceAll('%', '%25')
    .replaceAll(/=([0-9A-F]{2})/g, '%$1');
  return decodeURIComponent(bytes);
}
