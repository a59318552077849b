import { readFileSync } from 'node:fs'
import {
  inside,
  Namespace,
  type NamespaceRef,
  O,
  type Plan,
  type Region,
  type RunningOptions,
  type Slot,
  unescapeOctal,
} from '@ns/syscalls'
import { readByStatmount } from './statmount.ts'

/** A line of `/proc/PID/mountinfo` (proc_pid_mountinfo(5)). */
export interface MountInfo {
  readonly id: number
  readonly parent: number
  /** `major:minor` of its device. */
  readonly device: string
  /** The directory of the file system that is its root. */
  readonly root: string
  /** Where it is, in the namespace's root. */
  readonly target: string
  /** Of this mount: `['rw', 'nosuid']`. */
  readonly options: readonly string[]
  /** `['shared:1', 'master:2']`; empty when private. */
  readonly propagation: readonly string[]
  readonly type: string
  readonly source: string
  /** Of the file system. */
  readonly superOptions: readonly string[]
}

/** Reads the kernel's format; space, tab, newline and backslash are octal escapes there. */
export function parseMountTable(text: string): MountInfo[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map(parseLine)
}

function parseLine(line: string): MountInfo {
  const end = line.indexOf(' - ') // of the optional fields; a source can be '-' too
  const [before, after] = [line.slice(0, end), line.slice(end + 3)]
  const [id, parent, device = '', root = '', target = '', options = '', ...propagation] =
    before.split(' ')
  const [type = '', source = '', superOptions = ''] = after.split(' ')
  return {
    id: Number(id),
    parent: Number(parent),
    device,
    root: unescapeOctal(root),
    target: unescapeOctal(target),
    options: options.split(','),
    propagation,
    type: unescapeOctal(type),
    source: unescapeOctal(source),
    superOptions: superOptions.split(',').map(unescapeOctal),
  }
}

/**
 * The mounts of a running mount namespace, as a process that enters it sees them. From Linux 6.15 on they are asked for
 * by statmount(2), which takes CAP_SYS_ADMIN there; else the namespace is entered and its mountinfo read, the caller's own
 * as it is.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered; when it has to be, and its table is longer than 512 KiB
 */
export async function readMountTable(
  ref: NamespaceRef,
  options: RunningOptions = {},
): Promise<MountInfo[]> {
  using namespace = Namespace.open('mount', ref)
  return (
    readByStatmount(namespace) ?? readOwn(namespace) ?? (await readByEntering(namespace, options))
  )
}

/** The thread's own, if that is it: nothing has to be entered, and no right to do so. */
function readOwn(namespace: Namespace): MountInfo[] | undefined {
  if (!namespace.isOwn()) return undefined
  return parseMountTable(readFileSync('/proc/thread-self/mountinfo', 'utf8'))
}

/** The same by a process that enters it. */
export async function readByEntering(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<MountInfo[]> {
  return await inside({ mount: ref, user }, (plan) => {
    const chunks = addReads(plan)
    return (memory) => {
      const bytes = chunks.map(({ region, length }) =>
        memory(region).subarray(0, memory(length.region).readUInt32LE(0)),
      )
      return parseMountTable(Buffer.concat(bytes).toString())
    }
  })
}

const CHUNK = 4096
const MOST_CHUNKS = 128

/** A read of mountinfo ends after a page of whole lines: as many reads as may be needed, the last has to find the end. */
function addReads(plan: Plan): { region: Region; length: Slot }[] {
  const steps = plan.in('mounts')
  const options = { namespace: 'mount', operation: 'read', path: 'mountinfo' } as const
  const fd = plan.slot('mountinfo')
  steps.call('openat', [plan.proc, 'self/mountinfo', O.RDONLY | O.CLOEXEC], {
    ...options,
    result: fd,
  })
  const chunks = Array.from({ length: MOST_CHUNKS }, () => {
    const chunk = { region: plan.memory.allocate(CHUNK), length: plan.slot('length') }
    steps.call('read', [fd, chunk.region, CHUNK], { ...options, result: chunk.length })
    return chunk
  })
  steps.call('read', [fd, plan.memory.allocate(8), 8], { ...options, expect: 0 })
  return chunks
}
