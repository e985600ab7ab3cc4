/** The networks that clients claim as their origin. */
export const clientNetworks = ['10.0.0.0/8', '203.0.113.0/24'];

/** An address that no other client has. */
export const homeOf = (client: number) => `10.${client >> 16}.${(client >> 8) & 255}.${client & 255}`;

/** An address that several clients share: an office, or an attacker with one line. */
export const sharedNetwork = (number: number) => `203.0.113.${number % 256}`;
