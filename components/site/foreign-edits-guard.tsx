'use client';

import { useEffect } from 'react';
import { endureForeignEdits } from '#components/site/foreign-edits.ts';

/** Mounted on every page; see foreign-edits.ts. */
export function ForeignEditsGuard() {
  useEffect(endureForeignEdits, []);
  return null;
}
