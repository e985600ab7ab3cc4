import type { UserWorkspaceConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/**
 * The tests as always, but with time: one that ran out of it because mutants keep the machine busy
 * would count as one that noticed.
 */
const projects = (base.test?.projects ?? []) as UserWorkspaceConfig[];

export default {
  test: {
    ...base.test,
    projects: projects
      .filter(({ test }) => test?.name !== 'hosts')
      .map((project) => ({ ...project, test: { ...project.test, testTimeout: 180_000 } })),
  },
};
