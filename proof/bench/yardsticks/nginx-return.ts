import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Bench, measureCpu, requestsOf, type Scenario, summaryOf } from '#proof/bench/bench.ts';
import { check } from '#proof/bench/checks/invariants.ts';
import { saturate } from '#proof/bench/load/load.ts';
import { listens, startChild } from '#proof/harness/services/child.ts';
import { findNginx } from '#scripts/services/nginx-folder.ts';
import { choosePort } from '#scripts/services/ports.ts';

/** An answer of the same length as an order's. */
const body = JSON.stringify({ outcome: 'accepted', order: { id: '0'.repeat(200) } });

const config = (port: number) => `
worker_processes auto;
daemon off;
pid nginx.pid;
error_log error.log;
events { worker_connections 8192; }
http {
  access_log off;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  keepalive_requests 1000;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / { default_type application/json; return 200 '${body}'; }
  }
}
`;

/** nginx's own capacity: the same requests, from the same generator. */
export const nginxReturn: Scenario = {
  name: 'nginx-return',
  about: 'nginx that returns 200 and nothing else',
  against: [],
  async run(bench) {
    const program = await findNginx();
    if (program) return [await measureReturn(bench, program)];
    bench.say('left out: there is no nginx (Debian: apt-get install nginx)');
    return [];
  },
};

async function measureReturn({ options, harness, prepareOrders }: Bench, program: string) {
  const { connections } = options;
  const some = requestsOf(await prepareOrders(Math.ceil(options.orders / 20)));
  const requests = Array.from({ length: 100 }, () => some).flat();
  const folder = path.join(harness.folder, 'nginx-return');
  await mkdir(folder);
  const port = await choosePort();
  await writeFile(path.join(folder, 'nginx.conf'), config(port));
  const server = await startChild({
    command: program,
    args: ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log')],
    logFile: path.join(harness.folder, 'nginx-return.log'),
    ready: () => listens(port),
  });
  try {
    const { value, usage } = await measureCpu({ nginx: server.pid }, () =>
      saturate({ host: '127.0.0.1', port }, requests, { connections }),
    );
    const model = `as fast as answers come, ${connections} at a time`;
    const summary = summaryOf({ id: 'nginx-return', title: 'nginx, return 200', model }, value);
    const checks = [check('answers', requests.length, value.statuses['200'] ?? 0)];
    return { ...summary, usage, checks };
  } finally {
    await server.stop();
  }
}
