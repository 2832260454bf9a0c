/** Every form of an answer, the usual one first. */
export const FORMATS = ['table', 'json', 'yaml', 'name'] as const;

/** The form of an answer: for people, the server's own in one of two languages, or ids alone. */
export type Format = (typeof FORMATS)[number];
