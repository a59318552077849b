import { checkKeys, close, Namespace, type NamespaceRef } from '@ns/syscalls'
import { createNetwork, namespaceOfSocket } from '../create.ts'
import { namespaceOfPidfd } from '../identity/pidfd.ts'
import { checkNames, type NamesOptions, onlyNames } from '../names/directory.ts'
import { listNames, namesOf, openName } from '../names/list.ts'
import { attach, createNamed, deleteName } from '../names/name.ts'
import { type Resolve, resolverOf } from '../sockets/names.ts'
import type {
  NamedNetNsOptions,
  NetNsOptions,
  NewNamedNetNsOptions,
  NewNetNsOptions,
} from './options.ts'
import { NetNsSockets } from './sockets.ts'

/**
 * An open network namespace, and what JavaScript does in it: sockets that were made inside and are used here. Nobody
 * enters it but short-lived processes that make them. Close it, or let `using` do so; sockets stay.
 */
export class NetNs extends NetNsSockets {
  private constructor(
    namespace: Namespace,
    user: NamespaceRef | undefined,
    resolve: Resolve,
    socket?: number,
  ) {
    super(namespace, user, resolve, socket)
  }

  /**
   * Opens one that exists, and keeps it in existence.
   *
   * @param ref the pid of a process in it, a path, an fd (it is duplicated), or a handle
   * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE`, `ERR_NS_NO_SUCH_PROCESS`, `ERR_NS_PERMISSION`; `ERR_NS_INVALID_OPTION`
   */
  static open(ref: NamespaceRef, options: NetNsOptions = {}): NetNs {
    checkKeys('open', options, ['user', 'hosts'], 'net')
    const { user, hosts } = options
    const resolve = resolverOf(hosts)
    return new NetNs(Namespace.open('net', ref), user, resolve)
  }

  static #fromSocket(socket: number, user: NamespaceRef | undefined, resolve: Resolve): NetNs {
    return new NetNs(namespaceBy(socket), user, resolve, socket)
  }

  /**
   * Makes one that nobody is in; it lasts as long as it is open, or in use. Without privilege it is owned by a new user
   * namespace, or by `user`: links can lead from one to another only where both have the same owner.
   *
   * @throws {NamespaceError} `ERR_NS_PERMISSION`, `ERR_NS_USERNS_RESTRICTED`, `ERR_NS_LIMIT`
   */
  static async create(options: NewNetNsOptions = {}): Promise<NetNs> {
    checkKeys('create', options, ['lo', 'user', 'hosts'], 'net')
    const resolve = resolverOf(options.hosts)
    const socket = await createNetwork(options, options.user)
    return NetNs.#fromSocket(socket, options.user, resolve)
  }

  /**
   * Makes one with a name, as `ip netns add` does: it lasts until the name is deleted.
   *
   * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`; then there is nothing of it
   */
  static async createNamed(name: string, options: NewNamedNetNsOptions = {}): Promise<NetNs> {
    checkKeys('createNamed', options, ['lo', 'hosts', 'directory', 'mount', 'user'], 'net')
    const resolve = resolverOf(options.hosts)
    const socket = await createNamed(name, checkNames(options), options)
    return NetNs.#fromSocket(socket, undefined, resolve)
  }

  /**
   * Opens one by its name: `ip netns` made it, or `createNamed`.
   *
   * @throws {NamespaceError} `ERR_NS_NOT_A_NAMESPACE` when there is no such name
   */
  static async openNamed(name: string, options: NamedNetNsOptions = {}): Promise<NetNs> {
    checkKeys('openNamed', options, ['hosts', 'directory', 'mount', 'user'], 'net')
    const resolve = resolverOf(options.hosts)
    return new NetNs(await openName(name, checkNames(options)), undefined, resolve)
  }

  /**
   * Opens that of a process which a pidfd names.
   *
   * @throws {NamespaceError} `ERR_NS_NO_SUCH_PROCESS`, `ERR_NS_PERMISSION`, `ERR_NS_INVALID_OPTION`
   */
  static openPidfd(pidfd: number, options: NetNsOptions = {}): NetNs {
    checkKeys('openPidfd', options, ['user', 'hosts'], 'net')
    const { user, hosts } = options
    const resolve = resolverOf(hosts)
    return new NetNs(namespaceOfPidfd(pidfd), user, resolve)
  }

  /** All names: `ip netns list`. */
  static async list(options: NamesOptions = {}): Promise<string[]> {
    return await listNames(onlyNames(options))
  }

  /** The names of a process's network namespace, or of another one: `ip netns identify`. */
  static async identify(ref: NamespaceRef, options: NamesOptions = {}): Promise<string[]> {
    return await namesOf(ref, onlyNames(options))
  }

  /**
   * Takes a name away, as `ip netns del` does; the namespace lasts as long as somebody is in it or holds it.
   *
   * @throws {Error} in Node's shape: `ENOENT`, `EACCES`, `EPERM`
   */
  static async delete(name: string, options: NamesOptions = {}): Promise<void> {
    await deleteName(name, onlyNames(options))
  }

  /**
   * Gives it a name, as `ip netns attach` does.
   *
   * @throws {Error} in Node's shape: `EEXIST`, `EACCES`, `EPERM`; then nothing has changed
   */
  async attach(name: string, options: NamesOptions = {}): Promise<void> {
    await attach(name, onlyNames(options), this.place.net)
  }
}

function namespaceBy(socket: number): Namespace {
  try {
    return namespaceOfSocket(socket)
  } catch (error) {
    close(socket)
    throw error
  }
}
