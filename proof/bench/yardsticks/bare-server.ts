import { createServer } from 'node:http';

/**
 * The least that a Node server can do with an order: read the body, parse it, answer JSON of the same
 * size. No session, no claim, no database. `node proof/bench/yardsticks/bare-server.ts <port>`
 */
const order = {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  number: 'Y7KD-2M4Q-X',
  totalMinor: 3_199,
  currency: 'USD',
  url: '/orders/01890a5d-ac96-774b-bcce-b302099a8057',
  statusUrl: '/api/orders/01890a5d-ac96-774b-bcce-b302099a8057',
};

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  request.on('end', () => {
    const { currency } = JSON.parse(text) as { currency: string };
    const body = JSON.stringify({ outcome: 'accepted', order: { ...order, currency } });
    response.writeHead(201, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      location: order.url,
    });
    response.end(body);
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
