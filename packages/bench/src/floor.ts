import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('../native/floor.c', import.meta.url))

/** Compiles the floor into a directory; returns the program. */
export function compileFloor(directory: string): string {
  const program = `${directory}/floor`
  execFileSync('gcc', ['-O2', '-Wall', '-Werror', '-o', program, source], { stdio: 'inherit' })
  return program
}

/** `'bare'`: clone and exec alone; `'work'`: with maps, private propagation and `/proc`, as our programs have them. */
export type FloorKind = 'bare' | 'work'

/** One start by the floor; the `ms` that it measured itself. */
export type Floor = (flags: number, kind: FloorKind) => Promise<number>

/** Starts the floor, which makes starts on demand until stdin ends. */
export function openFloor(program: string, heapMiB: number): Floor {
  const floor = spawn(program, [`${heapMiB}`], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: floor.stdout })[Symbol.asyncIterator]()
  return async (flags, kind) => {
    floor.stdin.write(`${flags} ${kind === 'work' ? 1 : 0}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the floor has ended: clone flags 0x${flags.toString(16)}, ${kind}`)
    return Number(value) / 1e6
  }
}
