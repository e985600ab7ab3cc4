import { describe, expect, it } from 'vitest';
import { Cookies } from '#proof/bench/browser/cookies.ts';

describe('the cookies of a browser', () => {
  it('are sent back without their attributes, in the order in which they were set', () => {
    const cookies = new Cookies();
    expect(cookies.headers()).toEqual({});
    cookies.keep(['session=a.b=c; Path=/; Max-Age=100; HttpOnly; SameSite=Lax', 'marker=1; Path=/']);
    expect(cookies.headers()).toEqual({ cookie: 'session=a.b=c; marker=1' });
  });

  it('are replaced by a later value and removed when they have ended', () => {
    const cookies = new Cookies();
    cookies.keep(['session=old', 'draft=x', 'probe=1']);
    cookies.keep(['session=new', 'draft=; Max-Age=0', 'probe=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT']);
    expect(cookies.headers()).toEqual({ cookie: 'session=new' });
  });

  it('ignore a line that is no cookie', () => {
    const cookies = new Cookies();
    cookies.keep(['=nameless', 'neither']);
    expect(cookies.headers()).toEqual({});
  });
});
