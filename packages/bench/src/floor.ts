import { execFileSync, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const native = fileURLToPath(new URL('../native', import.meta.url))

/** Compiles the floor into a directory. */
export function compileFloor(directory: string): void {
  const compile = (name: string, ...flags: string[]) =>
    execFileSync(
      'gcc',
      ['-O2', '-Wall', '-Werror', ...flags, '-o', `${directory}/${name}`, `${native}/${name}.c`],
      { stdio: 'inherit' },
    )
  compile('floor')
  compile('hop', '-static', '-nostdlib', '-no-pie', '-fno-stack-protector')
}

/**
 * `'bare'`: clone and exec alone; `'work'`: with maps, private propagation and `/proc`, as our programs have them; `'hop'`:
 * the same, and a second exec, as our launcher is one.
 */
export type FloorKind = 'bare' | 'work' | 'hop'

/** One start by the floor; the `ms` that it measured itself. */
export type Floor = (flags: number, kind: FloorKind) => Promise<number>

/** Starts the floor, which makes starts on demand until stdin ends. */
export function openFloor(directory: string, heapMiB: number): Floor {
  const floor = spawn(`${directory}/floor`, [`${heapMiB}`, `${directory}/hop`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: floor.stdout })[Symbol.asyncIterator]()
  return async (flags, kind) => {
    floor.stdin.write(`${flags} ${kind === 'bare' ? 0 : 1} ${kind === 'hop' ? 1 : 0}\n`)
    const { value, done } = await lines.next()
    if (done) throw new Error(`the floor has ended: clone flags 0x${flags.toString(16)}, ${kind}`)
    return Number(value) / 1e6
  }
}
