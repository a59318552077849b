/**
 * Linux mount namespaces for Node.js: an own tree of mounts and an own root.
 *
 * @packageDocumentation
 */
export {}
