/** A command line that means nothing; nothing was started. */
export class UsageError extends Error {}
