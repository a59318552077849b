import { invalidOption, MOUNT_ATTR } from '@ns/syscalls'

/** What may not be done through a mount (mount(8)). */
export interface MountFlags {
  /** `'recursive'`: the mounts below it too. @default false */
  readonly readonly?: boolean | 'recursive' | undefined
  /** Set-user-id programs have no effect. */
  readonly nosuid?: boolean | undefined
  /** Device files cannot be opened. */
  readonly nodev?: boolean | undefined
  /** Nothing can be executed. */
  readonly noexec?: boolean | undefined
}

export const FLAGS = ['readonly', 'nosuid', 'nodev', 'noexec'] as const
const BITS = {
  readonly: MOUNT_ATTR.RDONLY,
  nosuid: MOUNT_ATTR.NOSUID,
  nodev: MOUNT_ATTR.NODEV,
  noexec: MOUNT_ATTR.NOEXEC,
} as const

/** @throws {NamespaceError} `ERR_NS_INVALID_OPTION` unless each is a boolean, or `readonly: 'recursive'` */
export function checkFlags(flags: MountFlags, what: string): void {
  const { readonly } = flags
  if (readonly !== undefined && typeof readonly !== 'boolean' && readonly !== 'recursive')
    throw invalidOption(`${what}: readonly is true, false or 'recursive'`, 'mount')
  for (const name of ['nosuid', 'nodev', 'noexec'] as const)
    if (flags[name] !== undefined && typeof flags[name] !== 'boolean')
      throw invalidOption(`${what}: ${name} is true or false`, 'mount')
}

/** `MOUNT_ATTR_*` of the flags that are `true`; of those that are `false` for a remount. */
export function attributesOf(flags: MountFlags, value: boolean = true): number {
  return FLAGS.filter((name) => flags[name] !== undefined && (flags[name] !== false) === value)
    .map((name) => BITS[name])
    .reduce((bits, bit) => bits | bit, 0)
}

/** The flags alone, of options that have more. */
export function flagsOf({ readonly, nosuid, nodev, noexec }: MountFlags): MountFlags {
  return { readonly, nosuid, nodev, noexec }
}
