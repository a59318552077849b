/**
 * Start processes in Linux namespaces with the signature of `node:child_process`.
 *
 * Isolates what `namespaces` asks for, and nothing else.
 * Does not isolate what it isn't asked for: a type that is absent is the caller's. It is a mechanism; whether it is a
 * boundary depends on what you give it.
 *
 * ```ts
 * import { run } from '@ns/spawn'
 *
 * const { stdout } = await run('sh', ['-c', 'hostname; echo $$'], {
 *   namespaces: { user: { map: 'root' }, uts: { hostname: 'box' }, mount: true, pid: { init: false } },
 * })
 * console.log(stdout) // box, 1
 * ```
 *
 * @packageDocumentation
 */

export {
  bind,
  binfmt,
  cgroup2,
  dev,
  devpts,
  directory,
  file,
  mask,
  move,
  mqueue,
  openIdMap,
  overlay,
  proc,
  propagation,
  remount,
  symlink,
  sysfs,
  tmpfs,
  unmount,
} from '@ns/mount'
export { NamespaceError, type Program, type Ready, SyscallError, unpersist } from '@ns/syscalls'
export { explain } from './explain.ts'
export { type JoinedProcess, type Namespaces, type NamespacesOption, types } from './namespaces.ts'
export type { SpawnOptions } from './options.ts'
export { type Running, run } from './run.ts'
export type { RunOptions } from './running.ts'
export { spawn } from './spawn.ts'
export { type SpawnSyncOptions, spawnSync } from './spawn-sync.ts'
export type { StdioEntry, StdioOption } from './stdio.ts'
export type { PipeSpawnOptions, StdioSpawnOptions } from './stdio-types.ts'
export { Subprocess } from './subprocess.ts'
export { type Limit, type Result, SubprocessError } from './subprocess-error.ts'
export type { SpawnSyncResult } from './sync-result.ts'
