import { type Argument, AT, type PhaseSteps, type StepOptions } from '@ns/syscalls'

/** A mount that exists. */
export interface Target {
  /** An fd of it with an empty path, or a directory fd. */
  readonly directory: Argument
  readonly path: string
  /** This mount, or those below it too. */
  readonly scope: 'one' | 'recursive'
}

/** What changes; flags that are not named stay. */
export interface Change {
  /** `MOUNT_ATTR_*` */
  readonly set?: number | undefined
  /** `MOUNT_ATTR_*` */
  readonly clear?: number | undefined
  /** `MS_PRIVATE`, `MS_SLAVE`, `MS_SHARED` or `MS_UNBINDABLE` */
  readonly propagation?: number | undefined
}

/**
 * Adds the step that changes the flags of mounts and leaves all others: those that are locked from outside (nosuid,
 * nodev, noexec) could not be taken away.
 *
 * @see mount_setattr(2), Linux 5.12
 */
export function setAttributes(
  steps: PhaseSteps,
  { directory, path, scope }: Target,
  { set = 0, clear = 0, propagation = 0 }: Change,
  options: StepOptions,
): void {
  const attributes = Buffer.alloc(32) // struct mount_attr
  attributes.writeBigUInt64LE(BigInt(set), 0)
  attributes.writeBigUInt64LE(BigInt(clear), 8)
  attributes.writeBigUInt64LE(BigInt(propagation), 16)
  const flags = (path === '' ? AT.EMPTY_PATH : 0) | (scope === 'recursive' ? AT.RECURSIVE : 0)
  steps.call('mount_setattr', [directory, path, flags, attributes, attributes.length], options)
}
