/**
 * Linux UTS namespaces for Node.js: an own host name and NIS domain name.
 *
 * @packageDocumentation
 */
export {}
