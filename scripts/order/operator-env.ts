import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { findSecret } from '#scripts/launch/secret.ts';

/** Sets the variables that `npm start` gives the shop's processes, for a command that runs beside them. */
export function fillOperatorEnv(variables: NodeJS.ProcessEnv): void {
  const dataDir = variables.DATA_DIR ?? '.data';
  variables.ONCE_SECRET = findSecret(variables, dataDir).secret;
  const simulator = path.join(dataDir, 'till', 'settings.json');
  if (variables.STRIPE_SECRET_KEY || !existsSync(simulator)) return;
  const { secretKey, port } = JSON.parse(readFileSync(simulator, 'utf8')) as {
    secretKey: string;
    port: number;
  };
  variables.STRIPE_SECRET_KEY = secretKey;
  variables.STRIPE_API_BASE = `http://127.0.0.1:${port}`;
}
