import { posix } from 'node:path'
import { invalidOption } from '@ns/syscalls'

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless it is a path */
export function path(value: string, what: string): string {
  if (typeof value !== 'string' || value === '')
    throw invalidOption(`${what}: a path is wanted`, 'mount')
  if (value.includes('\0')) throw invalidOption(`${what}: a NUL byte cannot be in a path`, 'mount')
  return value
}

/** A path in the new root: absolute; `.`, `..` and slashes that say nothing are taken out, as no link was followed yet. */
export function absolute(value: string, what: string): string {
  if (!path(value, what).startsWith('/'))
    throw invalidOption(`${what}: '${value}' has to be absolute`, 'mount')
  const normal = posix.normalize(value)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

/**
 * Where something is mounted. Not below `/proc`: what is written to a file there has to reach the kernel (CVE-2019-16884);
 * what hides a file of `/proc` is `mask`.
 */
export function mountPoint(value: string, what: string): string {
  const target = absolute(value, what)
  if (target.startsWith('/proc/'))
    throw invalidOption(
      `${what}: '${value}' is below /proc, where nothing is mounted; mask() hides a file there`,
      'mount',
    )
  return target
}

/** Whether a path is that directory, or below it. */
export function isWithin(target: string, directory: string): boolean {
  return target === directory || target.startsWith(directory === '/' ? '/' : `${directory}/`)
}
