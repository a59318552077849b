import { topics } from './flags.ts'

/** What `ns help` prints. */
export function help(): string {
  const sections = Object.entries(topics).map(([topic, flags]) => {
    const lines = Object.entries(flags).map(
      ([name, { value = '', text }]) => `  ${`--${name}${value}`.padEnd(26)} ${text}`,
    )
    return [`${topic}:`, ...lines].join('\n')
  })
  return [HEAD, ...sections, TAIL].join('\n\n')
}

const HEAD = `Run programs in Linux namespaces.

  ns run [flags] -- command…       runs it
  ns explain [flags] -- command…   prints the system calls that would start it, and runs nothing
  ns help, ns --version`

const TAIL = `Exit code: the command's own; 128+N when signal N ended it; 125 when ns failed,
126 when the program cannot be executed, 127 when it is not found.`
