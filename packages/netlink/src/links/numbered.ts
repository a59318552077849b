import type { Link } from './link.ts'

/**
 * Makes a link whose number in place of `%d` is known before: the least that is free, as __dev_alloc_name() of the kernel has it.
 *
 * @param names those that are there, now
 */
export function makeNumbered(
  pattern: string,
  names: () => readonly string[],
  make: (name: string) => Link,
): Link {
  const taken = new Set(names())
  for (;;) {
    const name = firstFree(pattern, taken)
    try {
      return make(name)
    } catch (error) {
      const there = names()
      if (!there.includes(name)) throw error
      for (const one of there) taken.add(one) // somebody else was faster
    }
  }
}

function firstFree(pattern: string, taken: ReadonlySet<string>): string {
  for (let number = 0; ; number++) {
    const name = pattern.replace('%d', `${number}`)
    if (!taken.has(name) || name === pattern) return name
  }
}
