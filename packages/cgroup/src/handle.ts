import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdirSync, rmdirSync } from 'node:fs'
import { checkKeys, close, invalidOption, O, open } from '@ns/syscalls'
import { killAllIn, readProcesses, removeAll } from './ending.ts'
import { type CgroupEvents, readEvents, watchEvents } from './events.ts'
import { failed, write } from './files.ts'
import { readWords } from './hierarchies.ts'
import { type CgroupLimits, checkLimits, writeLimits } from './limits.ts'
import { findParent } from './parent.ts'
import { type CgroupUsage, readUsage } from './usage.ts'

/** A cgroup to be made. */
export interface CgroupCreation {
  /** The directory of the cgroup above. @default the nearest at or above our own that may have children with limits */
  readonly parent?: string | undefined
  /** @default `ns-` and random letters */
  readonly name?: string | undefined
  /** @default none */
  readonly limits?: CgroupLimits | undefined
}

/** Options of what waits. */
export interface WaitOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal | undefined
}

/** A cgroup v2, open: `placement` of `cgroup()` and the option `cgroup` of `spawn` take it as it is. */
export class Cgroup {
  /** Its directory. */
  readonly path: string
  /** Closed by `close`. */
  readonly fd: number
  readonly #isOurs: boolean
  #isOpen = true

  private constructor(path: string, isOurs: boolean) {
    this.path = path
    this.#isOurs = isOurs
    this.fd = open(path, O.PATH | O.DIRECTORY | O.CLOEXEC)
  }

  /**
   * Makes a cgroup. What its limits take is handed down by the parent, and stays so.
   *
   * @throws {NamespaceError} `ERR_NS_UNSUPPORTED` without cgroup v2 or without a controller for a limit,
   * `ERR_NS_PERMISSION` where nothing was delegated, `ERR_NS_INVALID_OPTION`, else `ERR_NS_CGROUP`; nothing is left then
   */
  static create(options: CgroupCreation = {}): Cgroup {
    checkKeys('Cgroup.create', options, ['parent', 'name', 'limits'], 'cgroup')
    const { name = `ns-${randomBytes(6).toString('hex')}`, limits = {} } = options
    if (!/^(?!\.)[^/\0\n]{1,200}$/.test(name))
      throw invalidOption('Cgroup.create: name: one word of a path is wanted', 'cgroup')
    const written = checkLimits(limits)
    const path = `${options.parent?.replace(/\/+$/, '') ?? findParent()}/${name}`
    try {
      mkdirSync(path)
    } catch (cause) {
      throw failed('create', path, cause)
    }
    try {
      if (!existsSync(`${path}/cgroup.events`))
        throw invalidOption(`Cgroup.create: parent: '${options.parent}' is no cgroup v2`, 'cgroup')
      writeLimits(path, written)
      return new Cgroup(path, true)
    } catch (error) {
      rmdirSync(path)
      throw error
    }
  }

  /**
   * One that exists; to dispose of the handle leaves it as it is.
   *
   * @throws {NamespaceError} `ERR_NS_CGROUP` when it is none
   */
  static open(path: string): Cgroup {
    if (existsSync(`${path}/cgroup.events`)) return new Cgroup(path, false)
    const hint = 'the directory of a cgroup v2 is wanted, but not the root of the tree'
    throw failed('open', path, undefined, hint)
  }

  /** Pids in it, those in cgroups below it not included. */
  get processes(): readonly number[] {
    return readProcesses(this.path)
  }

  /** What it has to tell now; `undefined` once it is removed. */
  get events(): CgroupEvents | undefined {
    return readEvents(this.path)
  }

  /** What it and all below it have used so far. */
  get usage(): CgroupUsage {
    return readUsage(this.path)
  }

  /** The events now, and then whenever they change; ends with the cgroup, or without an error with the signal. */
  watch({ signal }: WaitOptions = {}): AsyncGenerator<CgroupEvents, void, void> {
    return watchEvents(this.path, signal)
  }

  /** Sets limits, the others stay as they are. @throws as `create` */
  limit(limits: CgroupLimits): void {
    writeLimits(this.path, checkLimits(limits))
  }

  /** Moves a process here, without its children. @throws {NamespaceError} `ERR_NS_PERMISSION`, `ERR_NS_CGROUP` */
  add(pid: number): void {
    this.#write('move a process to', 'cgroup.procs', pid)
  }

  /** Stops all that is in it and below it; settles when it is so. Linux 5.2. */
  async freeze(options?: WaitOptions): Promise<void> {
    this.#write('freeze', 'cgroup.freeze', 1)
    await this.#until(({ frozen }) => frozen, options)
  }

  /** Lets it go on. */
  async thaw(options?: WaitOptions): Promise<void> {
    this.#write('thaw', 'cgroup.freeze', 0)
    await this.#until(({ frozen }) => !frozen, options)
  }

  /** Ends all that is in it and below it, whatever it forks meanwhile. */
  kill(): void {
    killAllIn(this.path)
  }

  /** Settles when there is no process in it or below it. */
  async empty(options?: WaitOptions): Promise<void> {
    await this.#until(({ populated }) => !populated, options)
  }

  /**
   * Hands it to a user, who may then make cgroups below it, limit them and move his processes there. Its own limits
   * stay ours.
   *
   * @see cgroups(7), "Cgroups delegation"
   */
  delegate({ uid, gid }: { readonly uid: number; readonly gid: number }): void {
    const known = readWords('/sys/kernel/cgroup/delegate')
    const files =
      known.length > 0 ? known : ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control']
    try {
      for (const file of files)
        if (existsSync(`${this.path}/${file}`)) chownSync(`${this.path}/${file}`, uid, gid)
      chownSync(this.path, uid, gid)
    } catch (cause) {
      throw failed('delegate', this.path, cause)
    }
  }

  /** Ends what is in it, removes it with all below it, and closes the handle. @throws {NamespaceError} `ERR_NS_CGROUP` */
  async remove(): Promise<void> {
    this.close()
    await removeAll(this.path)
  }

  /** Closes the fd; a second time does nothing. The cgroup stays. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    close(this.fd)
  }

  /** Removes what `create` has made, and closes what `open` has opened. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#isOurs && this.#isOpen) await this.remove()
    else this.close()
  }

  #write(operation: string, file: string, value: number): void {
    try {
      write(`${this.path}/${file}`, value)
    } catch (cause) {
      throw failed(operation, this.path, cause)
    }
  }

  async #until(isSo: (events: CgroupEvents) => boolean, options: WaitOptions = {}): Promise<void> {
    for await (const events of this.watch(options)) if (isSo(events)) return
    options.signal?.throwIfAborted()
  }
}
