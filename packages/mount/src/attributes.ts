import { type Argument, AT, MOUNT_ATTR, type PhaseSteps } from '@ns/syscalls'

/** A mount that exists. */
export interface Target {
  /** A directory fd, or of a detached tree with an empty path. */
  readonly directory: Argument
  readonly path: string
  /** This mount, or those below it too. */
  readonly scope: 'one' | 'recursive'
  /** The path that an error names. */
  readonly shown?: string
}

/**
 * Adds the step that makes mounts read-only and leaves all their other flags: those that are locked from outside
 * (nosuid, nodev, noexec) could not be taken away.
 *
 * @see mount_setattr(2), Linux 5.12
 */
export function setReadonly(steps: PhaseSteps, target: Target, readonly = true): void {
  const attributes = Buffer.alloc(32) // struct mount_attr: attr_set, attr_clr
  attributes.writeBigUInt64LE(BigInt(MOUNT_ATTR.RDONLY), readonly ? 0 : 8)
  const flags =
    (target.path === '' ? AT.EMPTY_PATH : 0) | (target.scope === 'recursive' ? AT.RECURSIVE : 0)
  steps.call(
    'mount_setattr',
    [target.directory, target.path, flags, attributes, attributes.length],
    {
      namespace: 'mount',
      operation: readonly ? 'make read-only' : 'make writable',
      path: target.shown ?? target.path,
    },
  )
}
