/**
 * The measurements of the README.
 *
 * @packageDocumentation
 */
export {}
