import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/** The command that makes an attempt, for a machine that a test made. */
export const attempt: readonly string[] = [
  process.execPath,
  '--conditions=@ns/source',
  `${import.meta.dirname}/fixtures/attempt.ts`,
]

/** What the last line says that a command prints. */
export async function outcomeOf(
  command: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Record<string, string>> {
  const [file = '', ...args] = command
  const options = { env: { ...process.env, ...env } }
  const { stdout } = await promisify(execFile)(file, args, options)
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}
