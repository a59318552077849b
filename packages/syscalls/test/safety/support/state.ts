import { readdirSync, readFileSync, writeSync } from 'node:fs'

/** The names of this process's threads, sorted. */
export function threads(): string[] {
  return readdirSync('/proc/self/task')
    .flatMap((id) => {
      try {
        return readFileSync(`/proc/self/task/${id}/comm`, 'latin1').trim()
      } catch {
        return [] // it has ended meanwhile
      }
    })
    .sort()
}

/** A line of output, at once. */
export function say(line: string): void {
  writeSync(1, `${line}\n`)
}
