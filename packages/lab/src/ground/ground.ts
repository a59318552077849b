import { mount, type Proc, proc } from '@ns/mount'
import { net } from '@ns/net'
import { Netlink, Nftables } from '@ns/netlink'
import { pid } from '@ns/pid'
import {
  type Child,
  type Contribution,
  isPrivileged,
  launch,
  Namespace,
  type NamespaceType,
} from '@ns/syscalls'
import { user } from '@ns/user'
import { Clock } from '../emulator/clock.ts'
import { setSysctls } from './sysctls.ts'

/** What a process does that is there to be found by its pid. */
const waiting = { file: 'sleep', args: ['2147483647'], fds: [], env: {} } as const

/**
 * What all of a lab stands on: a user namespace without privilege, a pid namespace whose end is the end of every process
 * of the lab, and a network namespace in which switches are. All of it is gone with this process, however that ends: the
 * init of the pid namespace ends when its lifeline does, and a namespace ends with its last fd.
 */
export class Ground {
  /** Owns all others; none if the caller is privileged. */
  readonly user: Namespace | undefined
  readonly pid: Namespace
  readonly hub: Namespace
  readonly netlink: Netlink
  readonly nftables: Nftables
  readonly clock: Clock = new Clock()
  readonly seed: number
  readonly #holder: Child

  private constructor(holder: Child, namespaces: Opened, { netlink, nftables, seed }: Parts) {
    this.user = namespaces.user
    this.pid = namespaces.pid as Namespace
    this.hub = namespaces.net as Namespace
    this.netlink = netlink
    this.nftables = nftables
    this.seed = seed
    this.#holder = holder
  }

  /** @throws {NamespaceError} when the machine doesn't let this user make namespaces */
  static async make(seed: number): Promise<Ground> {
    const isRootless = !isPrivileged()
    const made = [mount({ mounts: [freshProc] }), net(), pid({ init: true, proc: false })]
    const holder = launch(isRootless ? [user({ map: 'root' }), ...made] : made, waiting)
    const opened: Opened = {}
    const parts: Netlink[] = []
    try {
      await holder.started
      const types = isRootless ? (['user', 'net', 'pid'] as const) : (['net', 'pid'] as const)
      for (const type of types) opened[type] = Namespace.open(type, holder.pid)
      const { user: owner } = opened
      const hub = opened.net as Namespace
      // The hub says nothing of its own: no link-local addresses, no reports of multicast groups.
      await setSysctls({ net: hub, user: owner }, { 'net.ipv6.conf.default.disable_ipv6': 1 })
      const netlink = await Netlink.openInside(hub, { user: owner })
      parts.push(netlink)
      const nftables = await Nftables.openInside(hub, { user: owner })
      return new Ground(holder, opened, { netlink, nftables, seed })
    } catch (error) {
      for (const one of [...Object.values(opened), ...parts]) one.close()
      holder.kill('SIGKILL')
      await holder.exited.catch(() => {})
      throw error
    }
  }

  /** What a start needs to be of the lab, beside namespaces of its own. */
  joins(): Contribution[] {
    const owner = this.user ? [user({ join: this.user })] : []
    return [...owner, pid({ join: this.pid })]
  }

  /**
   * Makes namespaces that are held by their fds alone.
   *
   * @returns the handles; yours to close
   */
  async open<Type extends NamespaceType>(
    types: readonly Type[],
    contributions: readonly Contribution[],
  ): Promise<Record<Type, Namespace>> {
    const child = launch([...this.joins(), ...contributions], waiting)
    const opened: Opened = {}
    try {
      await child.started
      for (const type of types) opened[type] = Namespace.open(type, child.pid)
      return opened as Record<Type, Namespace>
    } catch (error) {
      for (const one of Object.values(opened)) one.close()
      throw error
    } finally {
      child.kill('SIGKILL')
      await child.exited.catch(() => {})
    }
  }

  /** Ends every process of the lab: with the init the kernel ends them all. */
  async endProcesses(): Promise<void> {
    this.#holder.kill('SIGKILL')
    await this.#holder.exited.catch(() => {})
  }

  /** Lets go of the namespaces. */
  close(): void {
    this.clock.close()
    this.netlink.close()
    this.nftables.close()
    for (const one of [this.hub, this.pid, this.user]) one?.close()
  }
}

interface Parts {
  readonly netlink: Netlink
  readonly nftables: Nftables
  readonly seed: number
}

type Opened = { [Type in NamespaceType]?: Namespace }

/** In most containers the kernel makes no other `/proc` than the one that is there. */
export const freshProc: Proc = proc('/proc', { source: 'bind-if-refused' })
