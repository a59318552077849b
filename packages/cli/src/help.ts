import { type Topics, topics } from './flags.ts'

/** What `ns help` prints. */
export function help(): string {
  return [HEAD, flagList(topics), TAIL].join('\n\n')
}

/** The flags by topic, with what each does. */
export function flagList(topics: Topics): string {
  const shown = (name: string, value = '') => `--${name}${value}`
  const all = Object.values(topics).flatMap((flags) => Object.entries(flags))
  const width = Math.max(...all.map(([name, { value }]) => shown(name, value).length))
  const sections = Object.entries(topics).map(([topic, flags]) => {
    const lines = Object.entries(flags).map(
      ([name, { value, text }]) => `  ${shown(name, value).padEnd(width)}  ${text}`,
    )
    return [`${topic}:`, ...lines].join('\n')
  })
  return sections.join('\n\n')
}

const HEAD = `Run programs in Linux namespaces.

  ns run [flags] -- command…       runs it
  ns explain [flags] -- command…   prints the system calls that would start it, and runs nothing
  ns enter -t PID [flags] -- …     runs it, or a shell, in the namespaces of a process
  ns ls [flags]                    lists the namespaces of this machine
  ns doctor [flags]                says what this machine allows, and what to change
  ns help, ns ls --help, ns --version`

const TAIL = `Exit code: the command's own; 128+N when signal N ended it; 125 when ns failed,
126 when the program cannot be executed, 127 when it is not found.`
