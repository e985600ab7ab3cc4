/** What memory.ts uses of ioredis-mock, which comes without types: every command is a method. */
declare module 'ioredis-mock' {
  export default class RedisMock {
    constructor(options: { lazyConnect: boolean });
    [command: string]: ((...args: unknown[]) => Promise<unknown>) | undefined;
  }
}
