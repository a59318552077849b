import type { Stream } from 'node:stream'
import { attempt, close, F, O, open, socketpair } from '@ns/syscalls'
import { invalidType, invalidValue } from './arguments.ts'

/**
 * For one fd: a pseudo-terminal (one for all that ask), a new pipe, `/dev/null` (from 3 on: nothing), the caller's own,
 * an fd, or a stream that has one. `'ipc'` is refused.
 */
export type StdioEntry =
  | 'pty'
  | 'pipe'
  | 'overlapped'
  | 'ignore'
  | 'inherit'
  | 'ipc'
  | number
  | Stream
  | null
  | undefined
/** For all three, or by fd. */
export type StdioOption =
  | 'pty'
  | 'pipe'
  | 'overlapped'
  | 'ignore'
  | 'inherit'
  | readonly StdioEntry[]

/** The child's fds while it is being started, and our ends of its pipes. */
export interface Stdio {
  /** Index: the fd in the child; value: the fd here; null where it has none. */
  readonly fds: readonly (number | null)[]
  /** Index: the fd in the child; value: the fd here of a pipe's other end; null where it is no pipe. */
  readonly ends: readonly (number | null)[]
  /** Closes the child's ends. */
  release(): void
}

/** Whether fd `i` of the child will be a pipe. */
export function isPipe(option: StdioOption | null | undefined, i: number): boolean {
  const entries = entriesOf(option)
  return i < entries.length && checkEntry(entries[i], i) === 'pipe'
}

/** The numbers that the child's fds will have; null: it has none of that number. */
export function numbersOf(option: StdioOption | null | undefined): readonly (number | null)[] {
  const isNothing = (entry: StdioEntry, i: number) =>
    i > 2 && entry !== 'pty' && checkEntry(entry, i) === 'ignore'
  return entriesOf(option).map((entry, i) => (isNothing(entry, i) ? null : i))
}

interface Source {
  readonly fd: number | null
  /** Ours to close when the child has it. */
  readonly owned: boolean
  readonly end?: number
}

/** What an entry asks for, checked. */
type Wanted = 'pipe' | 'ignore' | 'inherit' | number

/** Opens what the entries ask for, all or nothing. Pipes are unix sockets, as Node's are. */
export function openStdio(option: StdioOption | null | undefined): Stdio {
  const wanted = entriesOf(option).map(checkEntry)
  const sources: Source[] = []
  try {
    for (const [i, entry] of wanted.entries()) sources.push(openEntry(entry, i))
  } catch (error) {
    for (const { end } of sources) if (end !== undefined) close(end)
    release(sources)
    throw error
  }
  return {
    fds: sources.map(({ fd }) => fd),
    ends: sources.map(({ end }) => end ?? null),
    release: () => release(sources),
  }
}

function release(sources: readonly Source[]): void {
  for (const { fd, owned } of sources) if (owned && fd !== null) close(fd)
}

function entriesOf(option: StdioOption | null | undefined): readonly StdioEntry[] {
  const known = ['pty', 'pipe', 'overlapped', 'ignore', 'inherit']
  const all = option || 'pipe'
  if (typeof all === 'string' && known.includes(all)) return [all, all, all]
  if (!Array.isArray(all)) throw invalidValue('stdio', option, 'is invalid')
  // Holes in the array are entries too.
  return Array.from({ length: Math.max(3, all.length) }, (_, i) => all[i] as StdioEntry)
}

function checkEntry(entry: StdioEntry, i: number): Wanted {
  const wanted = entry ?? (i < 3 ? 'pipe' : 'ignore')
  if (wanted === 'overlapped' || (typeof wanted === 'number' && wanted < 0)) return 'pipe'
  if (wanted === 'pipe' || wanted === 'ignore' || wanted === 'inherit') return wanted
  if (wanted === 'ipc') {
    const reason = "is not possible: Node keeps the other end of 'ipc' to its own children"
    throw invalidValue(`stdio[${i}]`, wanted, reason)
  }
  if (wanted === 'pty') {
    const reason =
      'is not possible here: a terminal is read, and typed into, while the program runs'
    throw invalidValue(`stdio[${i}]`, wanted, reason)
  }
  if (typeof wanted === 'string' || ArrayBuffer.isView(wanted))
    throw Object.assign(invalidType(`stdio[${i}]`, 'no text and no bytes', wanted), {
      code: 'ERR_INVALID_SYNC_FORK_INPUT',
    })
  const fd = typeof wanted === 'number' ? wanted : fdOf(wanted)
  if (fd === undefined || !Number.isInteger(fd))
    throw invalidValue(`stdio[${i}]`, entry, 'must be a kind of stdio, an fd or a stream with one')
  return fd
}

function openEntry(wanted: Wanted, i: number): Source {
  if (wanted === 'inherit') return given(i, i)
  if (wanted === 'ignore' && i > 2) return { fd: null, owned: false } // as Node: no fd at all
  if (wanted === 'ignore') return { fd: open('/dev/null', O.RDWR | O.CLOEXEC), owned: true }
  if (wanted !== 'pipe') return given(wanted, i)
  const [end, fd] = socketpair()
  return { fd, owned: true, end }
}

/** Node's own fds don't block; a program expects its stdin, stdout and stderr to (fcntl(2), O_NONBLOCK). */
function given(fd: number, i: number): Source {
  const flags = attempt('fcntl', fd, F.GETFL)
  if (i < 3 && flags >= 0 && flags & O.NONBLOCK) attempt('fcntl', fd, F.SETFL, flags & ~O.NONBLOCK)
  return { fd, owned: false }
}

/** Streams of files carry `fd`; sockets, servers and terminals have it in their handle. */
function fdOf(stream: Stream): number | undefined {
  const { fd, handle, _handle } = stream as Handled
  if (typeof fd === 'number') return fd
  return [handle?.fd, _handle?.fd].find((each) => typeof each === 'number')
}

type Handle = { readonly fd?: unknown } | null | undefined

interface Handled {
  readonly fd?: unknown
  readonly handle?: Handle
  readonly _handle?: Handle
}
