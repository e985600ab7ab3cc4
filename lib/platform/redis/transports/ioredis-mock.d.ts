/** The parts of ioredis-mock that memory.ts uses. The package has no types. Every command is a method. */
declare module 'ioredis-mock' {
  export default class RedisMock {
    constructor(options: { lazyConnect: boolean });
    [command: string]: ((...args: unknown[]) => Promise<unknown>) | undefined;
  }
}
