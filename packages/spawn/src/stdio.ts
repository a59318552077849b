import { Socket } from 'node:net'
import type { Stream } from 'node:stream'
import { close, O, open, socketpair } from '@ns/syscalls'
import { invalidValue } from './arguments.ts'

/** One entry: a new pipe, `/dev/null`, the caller's own, an fd, or a stream that has one. */
export type StdioEntry =
  | 'pipe'
  | 'overlapped'
  | 'ignore'
  | 'inherit'
  | number
  | Stream
  | null
  | undefined
/** For all three, or by fd. */
export type StdioOption = 'pipe' | 'overlapped' | 'ignore' | 'inherit' | readonly StdioEntry[]

/** The child's fds while it is being started, and our ends of its pipes. */
export interface Stdio {
  /** Index: the fd in the child; value: the fd here. */
  readonly fds: readonly number[]
  /** Index: the fd in the child; null where it is no pipe. */
  readonly streams: readonly (Socket | null)[]
  /** Closes the child's ends. */
  release(): void
}

/** Opens what the entries ask for. Pipes are unix sockets, as Node's are. */
export function openStdio(option: StdioOption = 'pipe'): Stdio {
  const entries = typeof option === 'string' ? [option, option, option] : [...option]
  while (entries.length < 3) entries.push(undefined)
  const theirs: number[] = []
  const streams: (Socket | null)[] = []
  const release = () => {
    for (const fd of theirs.splice(0)) close(fd)
  }
  try {
    const fds = entries.map((entry, i) => {
      const source = openEntry(entry, i)
      if (source.owned) theirs.push(source.fd)
      streams.push(source.stream ?? null)
      return source.fd
    })
    return { fds, streams, release }
  } catch (error) {
    release()
    for (const stream of streams) stream?.destroy()
    throw error
  }
}

interface Source {
  readonly fd: number
  /** Ours to close when the child has it. */
  readonly owned: boolean
  readonly stream?: Socket
}

function openEntry(entry: StdioEntry, i: number): Source {
  const wanted = entry ?? (i < 3 ? 'pipe' : 'ignore')
  if (wanted === 'inherit') return { fd: i, owned: false }
  if (wanted === 'ignore') return { fd: open('/dev/null', O.RDWR | O.CLOEXEC), owned: true }
  if (wanted === 'pipe' || wanted === 'overlapped') return openPipe(i)
  const fd = typeof wanted === 'number' ? wanted : fdOf(wanted)
  if (fd === undefined || !Number.isInteger(fd) || fd < 0)
    throw invalidValue(
      `options.stdio[${i}]`,
      entry,
      'must be a kind of stdio, an fd or a stream with one',
    )
  return { fd, owned: false }
}

function openPipe(i: number): Source {
  const [mine, its] = socketpair()
  const stream = new Socket({ fd: mine, readable: i !== 0, writable: i === 0 || i > 2 })
  return { fd: its, owned: true, stream }
}

/** Streams of files carry `fd`; sockets and terminals have it in their handle. */
function fdOf(stream: unknown): number | undefined {
  const { fd, _handle } = stream as { fd?: unknown; _handle?: { fd?: unknown } | null }
  if (typeof fd === 'number') return fd
  return typeof _handle?.fd === 'number' ? _handle.fd : undefined
}
