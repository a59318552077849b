import type { SpawnOptions } from '@ns/spawn'
import { RLIMIT } from '@ns/syscalls'
import { UsageError } from './usage-error.ts'

/** getrlimit(2), in lower case. */
export const limitNames: readonly string[] = Object.keys(RLIMIT).map((name) => name.toLowerCase())

/** `nofile=64`, `core=0`, `stack=unlimited`: soft and hard. @throws {UsageError} */
export function limitsOf(flags: readonly string[] = []): SpawnOptions['limits'] {
  if (flags.length === 0) return undefined
  const limits = flags.map((flag) => {
    const [, name = '', value = ''] = flag.match(/^([a-z]+)=(\d{1,15}|unlimited)$/) ?? []
    if (!limitNames.includes(name))
      throw new UsageError(
        `--limit ${flag}: NAME=NUMBER or NAME=unlimited is wanted, the name one of ${limitNames.join(', ')}`,
      )
    return [name, value === 'unlimited' ? value : Number(value)] as const
  })
  return Object.fromEntries(limits)
}
