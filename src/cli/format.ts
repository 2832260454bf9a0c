/** The form of an answer: for people, the server's own in one of two languages, or ids alone. */
export type Format = 'table' | 'json' | 'yaml' | 'name';
