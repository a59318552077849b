/**
 * Linux user namespaces for Node.js: own user and group ids, and capabilities without root.
 *
 * @packageDocumentation
 */
export {}
