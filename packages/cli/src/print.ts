/** @returns the exit code of who has done so */
export function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
