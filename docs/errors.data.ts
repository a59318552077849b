import { readFileSync } from 'node:fs'

const source = new URL('../packages/syscalls/src/errors/codes.ts', import.meta.url)

export interface Code {
  readonly code: string
  readonly what: string
}

declare const data: readonly Code[]

export { data }

/** The table of codes, as the source has it. */
export default {
  watch: ['../packages/syscalls/src/errors/codes.ts'],
  load(): Code[] {
    const rows = readFileSync(source, 'utf8').matchAll(/^ \* \| `(ERR_NS_\w+)` \| (.*) \|$/gm)
    return [...rows].map(([, code = '', what = '']) => ({ code, what }))
  },
}
