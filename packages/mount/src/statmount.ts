import { attempt, type Namespace, unescapeOctal } from '@ns/syscalls'
import type { MountInfo } from './table.ts'

/** `_IOR(0xb7, 0x5, __u64)` of `linux/nsfs.h`, Linux 6.11 */
const NS_GET_MNTNS_ID = 0x8008b705
/** `linux/mount.h` */
const LSMT_ROOT = 0xffff_ffff_ffff_ffffn
const STATMOUNT = {
  SB_BASIC: 0x1,
  MNT_BASIC: 0x2,
  PROPAGATE_FROM: 0x4,
  MNT_ROOT: 0x8,
  MNT_POINT: 0x10,
  FS_TYPE: 0x20,
  MNT_OPTS: 0x80,
  FS_SUBTYPE: 0x100,
  SB_SOURCE: 0x200,
  OPT_SEC_ARRAY: 0x800,
  SUPPORTED_MASK: 0x1000,
} as const
const ALL = Object.values(STATMOUNT).reduce((mask, bit) => mask | bit, 0)
/** `struct statmount`: where its fields are. Strings are offsets into what comes behind it. */
const FIELD = {
  mnt_opts: 4,
  mask: 8,
  sb_dev_major: 16,
  sb_dev_minor: 20,
  sb_flags: 32,
  fs_type: 36,
  mnt_id_old: 56,
  mnt_parent_id_old: 60,
  mnt_attr: 64,
  mnt_propagation: 72,
  mnt_peer_group: 80,
  mnt_master: 88,
  propagate_from: 96,
  mnt_root: 104,
  mnt_point: 108,
  fs_subtype: 120,
  sb_source: 124,
  opt_sec_num: 136,
  opt_sec_array: 140,
  supported_mask: 144,
  str: 512,
} as const

/**
 * The mounts of a namespace, asked for one by one: nobody enters it, and no table is too long.
 *
 * @returns `undefined` where the kernel doesn't tell all that mountinfo does, or not to this caller
 * @see statmount(2), listmount(2): Linux 6.8; the rest of what mountinfo says came up to 6.15
 */
export function readByStatmount(namespace: Namespace): MountInfo[] | undefined {
  const id = Buffer.alloc(8)
  if (attempt('ioctl', namespace.fd, NS_GET_MNTNS_ID, id) !== 0) return undefined
  const place = id.readBigUInt64LE()
  const ids = list(place)
  if (ids === undefined) return undefined
  const mounts: MountInfo[] = []
  for (const mount of ids) {
    const answer = stat(mount, place)
    if (answer === 'gone') continue
    if (answer === undefined) return undefined
    mounts.push(infoOf(answer))
  }
  return mounts
}

/** `struct mnt_id_req` */
function request(mount: bigint, param: bigint, namespace: bigint): Buffer {
  const bytes = Buffer.alloc(32)
  bytes.writeUInt32LE(bytes.length, 0)
  bytes.writeBigUInt64LE(mount, 8)
  bytes.writeBigUInt64LE(param, 16)
  bytes.writeBigUInt64LE(namespace, 24)
  return bytes
}

/** The unique ids of all mounts, in the order of mountinfo. */
function list(namespace: bigint): bigint[] | undefined {
  const ids: bigint[] = []
  const room = Buffer.alloc(8 * 1024)
  for (;;) {
    const from = request(LSMT_ROOT, ids.at(-1) ?? 0n, namespace)
    const many = attempt('listmount', from, room, room.length / 8, 0)
    if (many < 0) return undefined
    for (let i = 0; i < many; i++) ids.push(room.readBigUInt64LE(i * 8))
    if (many < room.length / 8) return ids
  }
}

const ERRNO = { ENOENT: -2, EOVERFLOW: -75 } as const
const LARGEST = 1 << 20

function stat(mount: bigint, namespace: bigint): Buffer | 'gone' | undefined {
  const wanted = request(mount, BigInt(ALL), namespace)
  for (let size = 4096; size <= LARGEST; size *= 4) {
    const bytes = Buffer.alloc(size)
    const result = attempt('statmount', wanted, bytes, size, 0)
    if (result === 0) return tellsAll(bytes) ? bytes : undefined
    if (result === ERRNO.ENOENT) return 'gone'
    if (result !== ERRNO.EOVERFLOW) return undefined
  }
  return undefined
}

/** What is empty is left out of `mask`, so that alone doesn't say what the kernel knows. */
function tellsAll(bytes: Buffer): boolean {
  return (bytes.readUInt32LE(FIELD.supported_mask) & ALL) === ALL
}

function infoOf(bytes: Buffer): MountInfo {
  const word = (name: keyof typeof FIELD) => bytes.readUInt32LE(FIELD[name])
  const isSet = (bit: keyof typeof STATMOUNT) => (word('mask') & STATMOUNT[bit]) !== 0
  const at = (name: keyof typeof FIELD, bit: keyof typeof STATMOUNT) => {
    if (!isSet(bit)) return undefined
    const start = FIELD.str + word(name)
    return bytes.toString('utf8', start, bytes.indexOf(0, start))
  }
  const subtype = at('fs_subtype', 'FS_SUBTYPE')
  return {
    id: word('mnt_id_old'),
    parent: word('mnt_parent_id_old'),
    device: `${word('sb_dev_major')}:${word('sb_dev_minor')}`,
    root: at('mnt_root', 'MNT_ROOT') ?? '',
    target: at('mnt_point', 'MNT_POINT') ?? '',
    options: optionsOf(word('mnt_attr')),
    propagation: propagationOf(word),
    type: (at('fs_type', 'FS_TYPE') ?? '') + (subtype === undefined ? '' : `.${subtype}`),
    source: at('sb_source', 'SB_SOURCE') ?? '',
    superOptions: [
      ...flagsOf(word('sb_flags')),
      ...securityOf(bytes, isSet('OPT_SEC_ARRAY') ? word('opt_sec_num') : 0),
      ...(at('mnt_opts', 'MNT_OPTS')?.split(',') ?? []).map(unescapeOctal),
    ],
  }
}

/** `MOUNT_ATTR_*` in the order of show_mnt_opts (fs/proc_namespace.c). */
function optionsOf(attributes: number): string[] {
  const ATIME = 0x70
  const flags: readonly (readonly [string, boolean])[] = [
    ['nosuid', (attributes & 0x2) !== 0],
    ['nodev', (attributes & 0x4) !== 0],
    ['noexec', (attributes & 0x8) !== 0],
    ['noatime', (attributes & ATIME) === 0x10],
    ['nodiratime', (attributes & 0x80) !== 0],
    ['relatime', (attributes & ATIME) === 0],
    ['nosymfollow', (attributes & 0x20_0000) !== 0],
    ['idmapped', (attributes & 0x10_0000) !== 0],
  ]
  const set = flags.filter(([, isSet]) => isSet).map(([name]) => name)
  return [attributes & 0x1 ? 'ro' : 'rw', ...set]
}

/** `SB_*` in the order of show_sb_opts. */
function flagsOf(flags: number): string[] {
  const names = [
    [0x10, 'sync'],
    [0x80, 'dirsync'],
    [0x200_0000, 'lazytime'],
  ] as const
  return [flags & 1 ? 'ro' : 'rw', ...names.filter(([bit]) => flags & bit).map(([, name]) => name)]
}

/** What a security module adds: so many strings, one behind the other. */
function securityOf(bytes: Buffer, count: number): string[] {
  let start = FIELD.str + bytes.readUInt32LE(FIELD.opt_sec_array)
  return Array.from({ length: count }, () => {
    const end = bytes.indexOf(0, start)
    const text = bytes.toString('utf8', start, end)
    start = end + 1
    return text
  })
}

/** As show_mountinfo has it; the upper halves of these numbers are never used. */
function propagationOf(word: (name: keyof typeof FIELD) => number): string[] {
  const MS_UNBINDABLE = 1 << 17
  const [group, master, from] = [word('mnt_peer_group'), word('mnt_master'), word('propagate_from')]
  return [
    ...(group ? [`shared:${group}`] : []),
    ...(master ? [`master:${master}`] : []),
    ...(from && from !== master ? [`propagate_from:${from}`] : []),
    ...(word('mnt_propagation') & MS_UNBINDABLE ? ['unbindable'] : []),
  ]
}
