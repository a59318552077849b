import { AT, AT_FDCWD, MOVE_MOUNT, MS, mountProc, OPEN_TREE, type Plan } from '@ns/syscalls'
import { setReadonly } from './attributes.ts'
import type { Bind, MountEntry, Tmpfs } from './entries.ts'

/** Adds the steps of an entry. Sources are picked up before the root changes, targets are found after. */
export function addEntry(plan: Plan, entry: MountEntry): void {
  switch (entry.kind) {
    case 'bind':
      addBind(plan, entry)
      break
    case 'tmpfs':
      addFileSystem(plan, 'tmpfs', entry.target, MS.NOSUID | MS.NODEV, tmpfsData(entry))
      break
    case 'proc':
      mountProc(plan, 'mounts', entry.target, 'mount')
      break
    case 'remount': {
      const scope = entry.readonly === 'recursive' ? 'recursive' : 'one'
      setReadonly(
        plan.in('mounts'),
        { directory: AT_FDCWD, path: entry.target, scope },
        entry.readonly !== false,
      )
      return
    }
    default:
      entry satisfies never
  }
  plan.mountPoints.add(entry.target)
}

function addBind(plan: Plan, { source, target, readonly, recursive }: Bind): void {
  const tree = plan.slot('tree')
  const options = { namespace: 'mount', operation: 'bind', path: source, dest: target } as const
  const flags = OPEN_TREE.CLONE | OPEN_TREE.CLOEXEC | (recursive ? AT.RECURSIVE : 0)
  plan.in('sources').call('open_tree', [AT_FDCWD, source, flags], { ...options, result: tree })
  if (readonly !== false) {
    const scope = readonly === 'recursive' ? 'recursive' : 'one'
    setReadonly(plan.in('sources'), { directory: tree, path: '', scope, shown: source })
  }
  // A link as target is followed, as mount(2) does: inside, where the root is the new one already.
  const move = MOVE_MOUNT.F_EMPTY_PATH | MOVE_MOUNT.T_SYMLINKS
  plan.in('mounts').call('move_mount', [tree, '', AT_FDCWD, target, move], options)
  plan.in('mounts').call('close', [tree], options)
}

function addFileSystem(
  plan: Plan,
  type: string,
  target: string,
  flags: number,
  data?: string,
): void {
  const options = { namespace: 'mount', operation: 'mount', path: type, dest: target } as const
  plan.in('mounts').call('mount', [type, target, type, flags, data ?? 0], options)
}

function tmpfsData({ size, mode }: Tmpfs): string {
  return [
    `mode=${mode.toString(8).padStart(4, '0')}`,
    ...(size === undefined ? [] : [`size=${size}`]),
  ].join(',')
}
