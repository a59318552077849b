/**
 * Start processes in Linux namespaces with the signature of node:child_process.
 *
 * @packageDocumentation
 */
export {}
