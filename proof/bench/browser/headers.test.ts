import { describe, expect, it } from 'vitest';
import { documentHeaders, scriptHeaders } from '#proof/bench/browser/headers.ts';

const page = 'http://127.0.0.1:3000/product/mug';

describe('the headers of a document', () => {
  it('accept every encoding of a browser and ask for a page', () => {
    expect(documentHeaders()).toMatchObject({
      'accept-encoding': 'gzip, deflate, br, zstd',
      'upgrade-insecure-requests': '1',
      accept: expect.stringMatching(/^text\/html,/),
      'sec-fetch-dest': 'document',
      'sec-fetch-mode': 'navigate',
    });
  });

  it('say where a link was, except for the first page', () => {
    expect(documentHeaders()).toMatchObject({ 'sec-fetch-site': 'none' });
    expect(documentHeaders()).not.toHaveProperty('referer');
    expect(documentHeaders(page)).toMatchObject({ 'sec-fetch-site': 'same-origin', referer: page });
  });
});

describe("the headers of a script's call", () => {
  it('have the origin only where a browser sends it', () => {
    expect(scriptHeaders({ method: 'GET', from: page })).not.toHaveProperty('origin');
    expect(scriptHeaders({ method: 'POST', from: page })).toMatchObject({
      origin: 'http://127.0.0.1:3000',
      referer: page,
      'sec-fetch-dest': 'empty',
      'sec-fetch-mode': 'cors',
    });
  });

  it('keep the headers that the script sets, and ask past caches when it says so', () => {
    const headers = { accept: 'application/json' };
    expect(scriptHeaders({ method: 'GET', from: page, headers, noStore: true })).toMatchObject({
      accept: 'application/json',
      'cache-control': 'no-cache',
    });
    expect(scriptHeaders({ method: 'GET', from: page })).not.toHaveProperty('cache-control');
    expect(scriptHeaders({ method: 'GET', from: page })).not.toHaveProperty('upgrade-insecure-requests');
  });
});
