import { errnoName, errnoText } from '../kernel/errno.ts'
import { brand } from './brand.ts'

/** A system call that failed, in the shape of Node's own system errors: `errno` is negative. */
export class SyscallError extends Error {
  static {
    brand(SyscallError, 'SyscallError')
  }
  override readonly name = 'SyscallError'
  /** The kernel's name: `'EPERM'`. */
  readonly code: string
  /** Negative, as Node has it: `-1`. */
  readonly errno: number
  /** The call: `'sethostname'`. */
  readonly syscall: string
  declare readonly path?: string
  declare readonly dest?: string

  /** @param errno positive, as the kernel numbers it */
  constructor(
    errno: number,
    syscall: string,
    where: { path?: string | undefined; dest?: string | undefined } = {},
  ) {
    const code = errnoName(errno)
    const path = where.path === undefined ? '' : ` '${where.path}'`
    const dest = where.dest === undefined ? '' : ` -> '${where.dest}'`
    super(`${code}: ${errnoText(errno)}, ${syscall}${path}${dest}`)
    this.code = code
    this.errno = -errno
    this.syscall = syscall
    if (where.path !== undefined) this.path = where.path
    if (where.dest !== undefined) this.dest = where.dest
  }
}
