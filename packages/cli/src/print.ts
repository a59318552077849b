import { EXIT } from './exit-code.ts'

/** @returns the exit code of who has done so */
export function print(text: string): number {
  const { stdout } = process
  if (!stdout.listeners('error').includes(endWithReader)) stdout.on('error', endWithReader)
  stdout.write(`${text}\n`)
  return 0
}

/** `ns ls | head`: nobody reads the rest. Any other end is a failure, such as a full disk. */
function endWithReader({ code, message }: NodeJS.ErrnoException): void {
  if (code === 'EPIPE') process.exit(0)
  process.stderr.write(`ns: ${message}\n`)
  process.exit(EXIT.ourFailure)
}
