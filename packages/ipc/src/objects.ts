import { readdirSync, readFileSync } from 'node:fs'
import {
  close,
  inside,
  type NamespaceRef,
  openInside,
  type Plan,
  type Region,
  type RunningOptions,
  textOf,
} from '@ns/syscalls'
import { addQueueRoot } from './posix-queues.ts'

/** A System V object (sysvipc(7)). */
export interface SysvObject {
  /** Whoever knows the key finds the object; 0: private. */
  readonly key: number
  readonly id: number
  /** Permissions, as of a file. */
  readonly mode: number
  /** Of its owner, as the reader sees it. */
  readonly uid: number
  readonly gid: number
}

/** A message queue of System V. */
export interface MessageQueue extends SysvObject {
  readonly messages: number
  readonly bytes: number
}

/** A set of semaphores. */
export interface SemaphoreSet extends SysvObject {
  readonly semaphores: number
}

/** A segment of shared memory. */
export interface SharedMemory extends SysvObject {
  readonly size: number
  readonly attached: number
}

/** A POSIX message queue (mq_overview(7)). */
export interface PosixQueue {
  /** Without the slash that mq_open wants. */
  readonly name: string
  /** Bytes of all messages that wait. */
  readonly bytes: number
}

/** All that is in an IPC namespace. */
export interface IpcObjects {
  readonly queues: readonly MessageQueue[]
  readonly semaphores: readonly SemaphoreSet[]
  readonly sharedMemory: readonly SharedMemory[]
  readonly posixQueues: readonly PosixQueue[]
}

/** Of each table; a longer one is refused, not cut off. */
const LONGEST = 65_536

/**
 * The objects of a running IPC namespace.
 *
 * @throws {NamespaceError} when it isn't one, or may not be entered
 */
export async function readIpcObjects(
  ref: NamespaceRef,
  { user }: RunningOptions = {},
): Promise<IpcObjects> {
  const sysv = await inside({ user, ipc: ref }, (plan) => {
    const regions = ['msg', 'sem', 'shm'].map((table) => readTable(plan, `sysvipc/${table}`))
    return (memory) => regions.map((region) => parseSysvTable(textOf(memory(region))))
  })
  const [queues = [], semaphores = [], sharedMemory = []] = sysv
  return {
    queues: queues.map((row) => ({
      ...common(row, 'msqid'),
      messages: row.qnum ?? 0,
      bytes: row.cbytes ?? 0,
    })),
    semaphores: semaphores.map((row) => ({ ...common(row, 'semid'), semaphores: row.nsems ?? 0 })),
    sharedMemory: sharedMemory.map((row) => ({
      ...common(row, 'shmid'),
      size: row.size ?? 0,
      attached: row.nattch ?? 0,
    })),
    posixQueues: await readPosixQueues(ref, user),
  }
}

/** The tables show the namespace of whoever opens them. */
function readTable(plan: Plan, path: string): Region {
  const region = plan.memory.allocate(LONGEST)
  plan.in('ipc').readFile(plan.proc, path, region, { namespace: 'ipc', operation: 'read' })
  return region
}

type Row = Readonly<Record<string, number>>

/** Reads the kernel's format: a line of names, then a line an object. `perms` is octal. */
export function parseSysvTable(text: string): Row[] {
  const [header = '', ...lines] = text.split('\n').filter((line) => line.trim() !== '')
  const names = header.trim().split(/\s+/)
  return lines.map((line) => {
    const values = line.trim().split(/\s+/)
    return Object.fromEntries(
      names.map((name, i) => [name, Number.parseInt(values[i] ?? '0', name === 'perms' ? 8 : 10)]),
    )
  })
}

function common(row: Row, id: string): SysvObject {
  return {
    key: row.key ?? 0,
    id: row[id] ?? 0,
    mode: row.perms ?? 0,
    uid: row.uid ?? 0,
    gid: row.gid ?? 0,
  }
}

/** Mounted nowhere: the file system of the queues, opened inside and read from here. */
async function readPosixQueues(
  ref: NamespaceRef,
  user: NamespaceRef | undefined,
): Promise<PosixQueue[]> {
  const fd = await openInside({ user, ipc: ref }, (plan, root) => addQueueRoot(plan, root, 'read'))
  try {
    const path = `/proc/self/fd/${fd}/`
    return readdirSync(path).map((name) => ({ name, bytes: queuedBytes(path + name) }))
  } finally {
    close(fd)
  }
}

function queuedBytes(path: string): number {
  return Number(readFileSync(path, 'latin1').match(/QSIZE:(\d+)/)?.[1] ?? 0)
}
