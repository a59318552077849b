import { closeSync, ftruncateSync, writeSync } from 'node:fs'
import { AT_FDCWD, type Namespace, O, openInside } from '@ns/syscalls'

const PATH = '/etc/hosts'

/** Names and their addresses, in the order in which they are to be tried. */
export type Names = ReadonlyMap<string, readonly string[]>

/** `/etc/hosts` of a node: a file in its mount namespace, written from here. */
export class HostsFile {
  readonly #fd: number
  #isOpen = true

  private constructor(fd: number) {
    this.#fd = fd
  }

  /** Opens the one that was mounted for the node. */
  static async open(mount: Namespace, user: Namespace | undefined): Promise<HostsFile> {
    const fd = await openInside({ user, mount }, (plan, result) => {
      const step = { namespace: 'mount', operation: 'open the hosts file', path: PATH } as const
      const args = [AT_FDCWD, PATH, O.RDWR | O.CLOEXEC, 0]
      plan.in('mounts').call('openat', args, { ...step, result })
    })
    return new HostsFile(fd)
  }

  /** What is written there from now on. */
  write(names: Names): void {
    const lines = [...names].flatMap(([name, addresses]) => addresses.map((it) => `${it} ${name}`))
    const text = ['127.0.0.1 localhost', '::1 localhost', ...lines, ''].join('\n')
    ftruncateSync(this.#fd, writeSync(this.#fd, text, 0)) // a reader sees no file that is empty for a moment
  }

  /** Closes it; a second time does nothing. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    closeSync(this.#fd)
  }
}
