/** The headers that Chrome sends, so that the shop compresses, checks and routes as for a shopper. */

/** Sent with every request. */
const ofEveryRequest = {
  'sec-ch-ua': '"Chromium";v="142", "Google Chrome";v="142", "Not_A Brand";v="99"',
  'sec-ch-ua-mobile': '?0',
  'sec-ch-ua-platform': '"Linux"',
  'user-agent':
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36',
  'accept-encoding': 'gzip, deflate, br, zstd',
  'accept-language': 'en-US,en;q=0.9',
};

const documentTypes =
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7';

/** For a document that the shopper opens. `from` is the address of the page with the link, if any. */
export function documentHeaders(from?: string): Record<string, string> {
  return {
    ...ofEveryRequest,
    'upgrade-insecure-requests': '1',
    accept: documentTypes,
    'sec-fetch-site': from ? 'same-origin' : 'none',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-user': '?1',
    'sec-fetch-dest': 'document',
    ...(from ? { referer: from } : {}),
  };
}

/** A `fetch` of a page's script. */
export interface ScriptCall {
  method: 'GET' | 'POST' | 'PUT';
  /** The address of the page. */
  from: string;
  /** The headers that the script sets. */
  headers?: Record<string, string>;
  /** The script's `cache: 'no-store'`. */
  noStore?: boolean;
}

/** For a `fetch` to the page's own origin. */
export function scriptHeaders({ method, from, headers, noStore }: ScriptCall): Record<string, string> {
  return {
    ...ofEveryRequest,
    ...(noStore ? { 'cache-control': 'no-cache', pragma: 'no-cache' } : {}),
    accept: '*/*',
    ...headers,
    // Browsers leave it out of a same-origin GET.
    ...(method === 'GET' ? {} : { origin: new URL(from).origin }),
    'sec-fetch-site': 'same-origin',
    'sec-fetch-mode': 'cors',
    'sec-fetch-dest': 'empty',
    referer: from,
  };
}
