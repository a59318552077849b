import { close, openPty, Pty, type PtySize } from '@ns/syscalls'
import { invalidValue } from './arguments.ts'
import type { StdioEntry, StdioOption } from './stdio.ts'

const DEFAULT_SIZE: PtySize = { cols: 80, rows: 24 }

/** The terminal that a `stdio` asks for, if any. */
export interface Terminal {
  /** The same, with the terminal's fd where it asked for one. */
  readonly stdio: StdioOption | null | undefined
  readonly pty?: Pty
  /** The first of the child's fds that is the terminal. */
  readonly fd?: number
  /** Closes the child's end. */
  release(): void
}

/** The first of the child's fds that is to be its terminal. */
export function terminalFd(stdio: StdioOption | null | undefined): number | undefined {
  if (stdio === 'pty') return 0
  const fd = Array.isArray(stdio) ? stdio.indexOf('pty') : -1
  return fd < 0 ? undefined : fd
}

/** Opens one terminal for all entries that are `'pty'`. */
export function openTerminal(
  stdio: StdioOption | null | undefined,
  size: PtySize | undefined,
): Terminal {
  const fd = terminalFd(stdio)
  if (fd !== undefined) {
    const { master, slave } = openPty(size ?? DEFAULT_SIZE)
    const entries = Array.isArray(stdio) ? stdio : (['pty', 'pty', 'pty'] as const)
    const given = entries.map((it: StdioEntry) => (it === 'pty' ? slave : it))
    return { stdio: given, pty: new Pty(master), fd, release: () => close(slave) }
  }
  if (size !== undefined)
    throw invalidValue('options.pty', size, "is the size of a terminal: add stdio: 'pty'")
  return { stdio, release: () => {} }
}
