import type { Namespace } from './namespace.ts'

/** How a namespace is named: the pid of a process in it, a path (`/proc/PID/ns/…` or a bind mount), an open fd, or a handle. */
export type NamespaceRef = number | string | { readonly fd: number } | Namespace
