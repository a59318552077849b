import { Namespace, type NamespaceRef } from '@ns/syscalls'
import type { LinkRef } from '../links/link.ts'
import type { Resolver } from '../links/new-link.ts'

/** Resolves what one request names; the namespaces that it opened are closed at the end of its block. */
export class OpenRefs implements Resolver, Disposable {
  readonly #open: Namespace[] = []
  readonly index: (ref: LinkRef) => number

  constructor(index: (ref: LinkRef) => number) {
    this.index = index
  }

  fd(ref: NamespaceRef): number {
    const namespace = Namespace.open('net', ref)
    this.#open.push(namespace)
    return namespace.fd
  }

  [Symbol.dispose](): void {
    for (const namespace of this.#open) namespace.close()
  }
}
