import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Makes a certificate for 127.0.0.1 in a folder. `ca` is for clients that are to trust it. */
export async function makeCertificate(
  folder: string,
): Promise<{ certificate: string; key: string; ca: Buffer }> {
  const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', ['req', '-x509', '-days', '2', ...newKey, ...subject, '-out', certificate], {
    stdio: 'ignore',
  });
  return { certificate, key, ca: await readFile(certificate) };
}
