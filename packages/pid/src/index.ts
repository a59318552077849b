/**
 * Linux PID namespaces for Node.js: own process ids, and an init that leaves nothing behind.
 *
 * @packageDocumentation
 */
export {}
