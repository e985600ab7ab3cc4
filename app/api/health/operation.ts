import { z } from 'zod';
import { type Operation, read } from '#app/api/openapi.json/operation.ts';

export const checkHealth: Operation = read(
  'Is the process alive?',
  z.object({ status: z.literal('ok') }),
  [],
);
