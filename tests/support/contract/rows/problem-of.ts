import { expect } from 'vitest';

/** Checks the members that every problem has, and returns the problem. */
export async function problemOf(response: Response) {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  expect(response.headers.get('x-request-id')).toBeTruthy();
  const problem = (await response.json()) as Record<string, never>;
  expect(problem).toMatchObject({
    status: response.status,
    code: expect.any(String),
    detail: expect.any(String),
  });
  expect(typeof problem.retryable).toBe('boolean');
  return problem;
}
