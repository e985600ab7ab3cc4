import type { UserWorkspaceConfig } from 'vitest/config';
import base from '../../vitest.config.ts';

/**
 * The tests of one room: the files in MUTATION_TESTS. Stryker's own `testFiles` lets every mutant
 * survive that is executed when a file is loaded (stryker-mutator/stryker-js#6144). The tests have a
 * longer timeout than usual: one that timed out on a busy machine would count as a detected mutant.
 */
const wanted = (process.env.MUTATION_TESTS ?? '').split(',');
const folders: Record<string, string> = { unit: 'lib/', integration: 'tests/' };
const projects = (base.test?.projects ?? []) as UserWorkspaceConfig[];

export default {
  test: {
    ...base.test,
    projects: projects
      .map((project) => {
        const folder = folders[String(project.test?.name)];
        const include = wanted.filter((file) => folder && file.startsWith(folder));
        return { ...project, test: { ...project.test, include, testTimeout: 180_000 } };
      })
      .filter(({ test }) => test.include.length > 0),
  },
};
