import { closeSync, constants, openSync, readFileSync, writeSync } from 'node:fs'
import { type ErrorCode, NamespaceError } from '@ns/syscalls'

/** Writes a file of a cgroup in one `write`: it is there, or the cgroup has no such controller. */
export function write(path: string, text: string | number): void {
  const fd = openSync(path, constants.O_WRONLY)
  try {
    writeSync(fd, `${text}`)
  } finally {
    closeSync(fd)
  }
}

/** `key value` on each line, as most of a cgroup's files are; `undefined` when it isn't there. */
export function readKeyed(path: string): Readonly<Record<string, number>> | undefined {
  const text = readText(path)
  if (text === undefined) return undefined
  const lines = text.split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0], Number(line.split(' ')[1])]))
}

/** `max` is `Infinity`; `undefined` when it isn't there. */
export function readNumber(path: string): number | undefined {
  const text = readText(path)
  return text === undefined ? undefined : text === 'max' ? Infinity : Number(text)
}

/** Without the newline; `undefined`: the controller, or the cgroup itself, isn't there. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENODEV' || code === 'EOPNOTSUPP') return undefined
    throw error
  }
}

const hints: Readonly<Record<string, string>> = {
  EACCES:
    'an ordinary user has the right only below what was delegated to him: systemd-run --user --scope -p Delegate=yes COMMAND, or Cgroup.delegate by root',
  EPERM: 'the cgroup lies outside of what this cgroup namespace may change',
  EROFS: 'cgroups are mounted read-only here (in a container?): have them mounted writable',
  EBUSY:
    'a cgroup with processes of its own hands no controllers on: move them to a child, or name another parent',
  EAGAIN: 'cgroup.max.descendants or cgroup.max.depth of a cgroup above is reached',
  EEXIST: 'there is one of that name already: leave out name, or open it',
}

/** What could not be done with a cgroup. */
export function failed(
  operation: string,
  path: string,
  cause: unknown,
  why?: string,
): NamespaceError {
  const errno = (cause as NodeJS.ErrnoException | undefined)?.code ?? ''
  const isRefused = /^(EACCES|EPERM|EROFS)$/.test(errno)
  const code: ErrorCode = isRefused ? 'ERR_NS_PERMISSION' : 'ERR_NS_CGROUP'
  const details = {
    code,
    namespace: 'cgroup',
    operation,
    hint: why ?? hints[errno],
    cause,
  } as const
  return new NamespaceError(
    `cgroup: cannot ${operation} '${path}'${errno && `: ${errno}`}`,
    details,
  )
}
