import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll } from 'vitest';
import { type Call, callUrl } from '#proof/harness/shopper/call.ts';
import { type Edge, type EdgeOptions, startEdge } from '#scripts/services/nginx.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** A real nginx that ends with its test file or its test. */
export interface TestEdge extends Edge {
  call: Call;
  accessLog: string;
  /** The lines of its access log so far. */
  logLines(): Promise<Record<string, string | number>[]>;
}

type AtEnd = (clean: () => Promise<void>) => void;

/**
 * Call it at the top of a file. Within a test, pass `onTestFinished` as `atEnd`. `assets` is the folder of
 * built files.
 */
export async function openTestEdge(
  options: EdgeOptions,
  atEnd: AtEnd = afterAll,
  assets?: string,
): Promise<TestEdge> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'once-edge-'));
  const port = await choosePort();
  const edge = await startEdge({
    dataDir,
    host: '127.0.0.1',
    port,
    options: { workers: '2', ...options },
    assets,
    log: () => undefined,
  });
  if (!edge) throw new Error('these tests need nginx:  apt-get install nginx  or  brew install nginx');
  atEnd(async () => {
    await edge.stop();
    await rm(dataDir, { recursive: true, force: true });
  });
  const accessLog = path.join(dataDir, 'edge', 'access.log');
  return {
    ...edge,
    accessLog,
    call: callUrl(edge.url),
    logLines: async () => {
      await sleep(1_200); // nginx writes the log once a second.
      const text = await readFile(accessLog, 'utf8');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    },
  };
}

export interface RawAnswer {
  status: number;
  /** Every header line with this name. */
  headers(name: string): string[];
  body: string;
}

/** Sends exactly these header lines. Repeated names stay separate lines; `fetch` would join them. */
export function sendRaw(
  url: string,
  init: { method?: string; host?: string; headers?: [string, string][]; body?: string; chunked?: boolean },
): Promise<RawAnswer> {
  const { method = 'GET', host = new URL(url).host, headers = [], body, chunked } = init;
  const lines = [...headers, ['Host', host], ['Connection', 'close']];
  if (body !== undefined) {
    lines.push(
      chunked ? ['Transfer-Encoding', 'chunked'] : ['Content-Length', String(Buffer.byteLength(body))],
    );
  }
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers: lines.flat() }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', reject);
      response.on('end', () => {
        const { rawHeaders, statusCode = 0 } = response;
        const named = (name: string) => (_: string, at: number) =>
          at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === name;
        resolve({
          status: statusCode,
          headers: (name) => rawHeaders.filter(named(name.toLowerCase())),
          body: Buffer.concat(parts).toString(),
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}
