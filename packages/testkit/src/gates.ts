import { existsSync, readFileSync } from 'node:fs'
import { isAtLeast } from '@ns/syscalls'
import type { TestContext } from 'vitest'

/** As whom the tests run. */
export const lane: 'root' | 'user' = process.env.NS_LANE === 'root' ? 'root' : 'user'

/** Why something can't be shown here; `undefined` when it can. */
export type Probe = () => string | undefined

/**
 * Skips a test, with the reason, where one of these isn't given: `beforeEach(needs(userNamespaces))`. In CI it fails
 * instead: what is never run is not tested.
 */
export function needs(...probes: readonly Probe[]): (context: TestContext) => void {
  return (context) => {
    const reason = probes.map((probe) => probe()).find((answer) => answer !== undefined)
    if (reason === undefined) return
    if (process.env.CI === 'true') throw new Error(`in CI nothing is skipped: ${reason}`)
    context.skip(reason)
  }
}

/** Whether the kernel lets this user make user namespaces. */
export const userNamespaces: Probe = () => {
  const blocks = [
    ['/proc/sys/user/max_user_namespaces', '0'],
    ['/proc/sys/kernel/unprivileged_userns_clone', '0'],
    ['/proc/sys/kernel/apparmor_restrict_unprivileged_userns', '1'],
  ] as const
  const [path] = blocks.find(([file, value]) => contentOf(file) === value) ?? []
  return path && `${path} is ${contentOf(path)}`
}

/** Whether this kernel is that new: `linux(5, 11, 'an overlay in a user namespace')`. */
export const linux =
  (major: number, minor: number, what: string): Probe =>
  () =>
    isAtLeast(major, minor) ? undefined : `${what} came with Linux ${major}.${minor}`

/** Whether who runs the tests may make an overlay: an ordinary user does so in a user namespace. */
export const canOverlay: Probe = () =>
  lane === 'root' ? undefined : linux(5, 11, 'an overlay in a user namespace')()

/** Whether a program is installed. */
export const program =
  (name: string): Probe =>
  () => {
    const directories = [...(process.env.PATH ?? '').split(':'), '/bin', '/usr/bin', '/usr/sbin']
    const isThere = directories.some((directory) => existsSync(`${directory}/${name}`))
    return isThere ? undefined : `${name} is not installed`
  }

function contentOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
