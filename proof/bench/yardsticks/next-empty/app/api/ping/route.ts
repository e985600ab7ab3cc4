/** A small answer that no cache may keep. */
export const dynamic = 'force-dynamic';

export const GET = () => Response.json({ outcome: 'pong' });
