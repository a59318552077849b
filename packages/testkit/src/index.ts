/**
 * Compliance suite, privilege gates and leak counters for the packages of @ns.
 *
 * @packageDocumentation
 */
export {}
