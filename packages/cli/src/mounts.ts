import { bind, tmpfs } from '@ns/spawn'
import type { Token } from './read-flags.ts'
import { UsageError } from './usage-error.ts'

type MountEntry = ReturnType<typeof bind> | ReturnType<typeof tmpfs>

/** The mounts in the order of their flags: a later one may lie in an earlier one. */
export function mountsOf(tokens: readonly Token[]): readonly MountEntry[] {
  return tokens.flatMap(({ name, value = '' }): MountEntry[] => {
    if (name === 'tmpfs') return [tmpfs(value)]
    if (name === 'bind') return [bind(...pathsOf(name, value))]
    if (name === 'ro-bind') return [bind(...pathsOf(name, value), { readonly: 'recursive' })]
    return []
  })
}

function pathsOf(flag: string, value: string): [source: string, target: string] {
  const [source, target, ...more] = value.split(':')
  if (!source || !target || more.length > 0)
    throw new UsageError(`--${flag} ${value}: SOURCE:TARGET is wanted, with one colon`)
  return [source, target]
}
