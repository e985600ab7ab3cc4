import { hash } from 'node:crypto';

/** A number with up to 12 digits: a hundred times what the hardest challenge needs. */
const solutionForm = /^\d{1,12}$/;

/** Whether a solution is valid: the hash of the whole answer begins with `difficulty` zero bits. */
export function isProofOfWork(id: string, solution: string, difficulty: number): boolean {
  if (!solutionForm.test(solution)) return false;
  const first = Buffer.from(hash('sha256', `${id}~${solution}`, 'hex'), 'hex').readUInt32BE(0);
  return Math.clz32(first) >= difficulty;
}
