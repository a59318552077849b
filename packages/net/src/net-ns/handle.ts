import { close, invalidOption, isPrivileged, Namespace, type NamespaceRef } from '@ns/syscalls'
import { cookieOf } from '../identity/cookie.ts'
import { waitForEnd } from '../identity/destroyed.ts'
import { pidsIn } from '../identity/pids.ts'

/** What a `NetNs` is entered by. */
export interface OpenPlace {
  readonly net: Namespace
  readonly user: Namespace | undefined
}

/** An open network namespace: which one it is, who is in it, and how long it is open. */
export class NetNsHandle {
  readonly namespace: Namespace
  readonly #user: Namespace | undefined
  /** A socket of NETLINK_ROUTE that is here from its making: the first client takes it. */
  #socket: number | undefined
  #isOpen = true

  /**
   * @param namespace taken over; closed when this fails, as `socket` is
   * @param user the one that gives the right to enter, if the caller names it
   */
  protected constructor(namespace: Namespace, user: NamespaceRef | undefined, socket?: number) {
    try {
      this.#user = openOwner(namespace, user)
    } catch (error) {
      namespace.close()
      if (socket !== undefined) close(socket)
      throw error
    }
    this.namespace = namespace
    this.#socket = socket
  }

  /** The user namespace by which it is entered; nothing where the caller's own privilege is. */
  get user(): Namespace | undefined {
    return this.#user
  }

  /**
   * The handles, if they are open: the number of a closed fd may be another's. Asked for in the tick in which they
   * are duplicated, so after the imports; those are late because a start that needs none of this doesn't load it.
   */
  protected get place(): OpenPlace {
    if (!this.#isOpen) throw invalidOption('this NetNs is closed', 'net')
    return { net: this.namespace, user: this.#user }
  }

  /** The socket, yours from now on, if nobody has taken it yet. */
  protected takeSocket(): number | undefined {
    const socket = this.#socket
    this.#socket = undefined
    return socket
  }

  /** The processes in it, as far as we may look at them: `ip netns pids`. */
  pids(): number[] {
    return pidsIn(this.place.net)
  }

  /**
   * A number that no other one of this boot has: its identity, where no fd can be held.
   *
   * @throws {UnsupportedError} below Linux 5.14
   */
  async cookie(): Promise<bigint> {
    return await cookieOf(this.place)
  }

  /**
   * Closes it and waits until the kernel has torn it down: nobody is in it, holds it, or has a link that leads there.
   *
   * @throws {Error} the reason of `signal`; it is closed then too
   */
  async destroyed({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await waitForEnd(this.place.net, () => this.close(), signal)
  }

  /** Whether both are the same namespace. */
  equals(other: NetNsHandle): boolean {
    return this.namespace.equals(other.namespace)
  }

  /** `net:[4026531840]`, as the links in `/proc/PID/ns` read. */
  toString(): string {
    return this.namespace.toString()
  }

  /** Closes the handle; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    const socket = this.takeSocket()
    if (socket !== undefined) close(socket)
    this.#user?.close()
    this.namespace.close()
  }

  [Symbol.dispose](): void {
    this.close()
  }
}

function openOwner(net: Namespace, user: NamespaceRef | undefined): Namespace | undefined {
  if (user !== undefined) return Namespace.open('user', user)
  return isPrivileged() ? undefined : net.owner()
}
