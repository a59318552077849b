import type { NamespaceRef } from '@ns/syscalls'
import type { NewNetwork } from '../create.ts'
import type { NamesOptions } from '../names/directory.ts'
import type { Hosts } from '../sockets/names.ts'

/** How a network namespace is used from outside. */
export interface NetNsOptions {
  /** The user namespace that gives the right to enter. @default without privilege the one that owns it */
  readonly user?: NamespaceRef | undefined
  /** Names that may be used instead of addresses: no others are looked up. */
  readonly hosts?: Hosts | undefined
}

/** A network namespace to be made. `user` is the user namespace that is to own it. */
export interface NewNetNsOptions extends NetNsOptions, NewNetwork {}

/** A network namespace to be made with a name. Its `user` is that of `mount`. */
export interface NewNamedNetNsOptions extends NamesOptions, NewNetwork {
  /** As of `NetNsOptions`. */
  readonly hosts?: Hosts | undefined
}

/** One that has a name. */
export interface NamedNetNsOptions extends NamesOptions {
  /** As of `NetNsOptions`. */
  readonly hosts?: Hosts | undefined
}
