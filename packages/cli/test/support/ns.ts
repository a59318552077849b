import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const path = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url))

/** The command line of `ns` as `pnpm test` has built it: from the sources each start takes three times as long. */
export const ns: readonly string[] = [process.execPath, path('dist/ns.js')]

/** The same, from its sources. */
export const nsFromSources: readonly string[] = [
  process.execPath,
  '--conditions=@ns/source',
  path('src/ns.ts'),
]

/** What a program left. */
export interface Outcome {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end without a terminal. */
export async function execute(
  [file = '', ...args]: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Outcome> {
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    stderr += text
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, stdout, stderr }
}

/** Runs `ns` to its end. */
export function runNs(...args: string[]): Promise<Outcome> {
  return execute([...ns, ...args])
}
