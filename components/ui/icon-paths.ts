/**
 * Icons of Lucide (https://lucide.dev/license), each as one path on a grid of 24. As constants of their own, so
 * that a page has those that it shows. Its package costs every page 1.6 KB more.
 */

export const circle = 'M22 12a10 10 0 1 1-20 0 10 10 0 0 1 20 0z';

export const alert = `${circle}M12 8v4M12 16h.01`;
export const bag =
  'M16 10a4 4 0 0 1-8 0M3.103 6.034h17.794M3.4 5.467a2 2 0 0 0-.4 1.2V20a2 2 0 0 0 2 2h14a2 2 0 0 0 2-2V6.667a2 2 0 0 0-.4-1.2l-2-2.667A2 2 0 0 0 17 2H7a2 2 0 0 0-1.6.8z';
export const check = `${circle}M16 9l-5.5 5.5L8 12`;
export const clock = `${circle}M12 6v6l4 2`;
export const dot = `${circle}M13 12a1 1 0 1 1-2 0 1 1 0 0 1 2 0z`;
export const down = 'm6 9 6 6 6-6';
export const info = `${circle}M12 16v-4M12 8h.01`;
export const invoice =
  'M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2zM14 2v5a1 1 0 0 0 1 1h5M10 9H8M16 13H8M16 17H8';
export const lock =
  'M5 11h14a2 2 0 0 1 2 2v7a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-7a2 2 0 0 1 2-2zM7 11V7a5 5 0 0 1 10 0v4';
export const minus = 'M5 12h14';
export const parcel =
  'M11 21.73a2 2 0 0 0 2 0l7-4A2 2 0 0 0 21 16V8a2 2 0 0 0-1-1.73l-7-4a2 2 0 0 0-2 0l-7 4A2 2 0 0 0 3 8v8a2 2 0 0 0 1 1.73zM12 22V12M3.29 7 12 12l8.71-5M7.5 4.27l9 5.15';
export const plus = 'M5 12h14M12 5v14';
export const ring = 'M21 12a9 9 0 1 1-6.219-8.56';
export const search = 'm21 21-4.34-4.34M19 11a8 8 0 1 1-16 0 8 8 0 0 1 16 0z';
export const tick = 'M20 6 9 17l-5-5';
export const truck =
  'M14 18V6a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2v11a1 1 0 0 0 1 1h2M15 18H9M19 18h2a1 1 0 0 0 1-1v-3.65a1 1 0 0 0-.22-.624l-3.48-4.35A1 1 0 0 0 17.52 8H14M19 18a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM9 18a2 2 0 1 1-4 0 2 2 0 0 1 4 0z';
export const turnBack = 'M3 12a9 9 0 1 0 9-9 9.75 9.75 0 0 0-6.74 2.74L3 8M3 3v5h5';
