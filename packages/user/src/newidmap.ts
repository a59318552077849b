import { execFile, spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { attempt, CAP, cString, filesInPath, mayExecute, NamespaceError } from '@ns/syscalls'
import { formatRanges, type IdRange } from './id-map.ts'

/** Which of the two maps. */
export type Kind = 'uid' | 'gid'

const programs = {
  uid: { name: 'newuidmap', capability: CAP.SETUID, needs: 'cap_setuid', table: '/etc/subuid' },
  gid: { name: 'newgidmap', capability: CAP.SETGID, needs: 'cap_setgid', table: '/etc/subgid' },
} as const
/** `ms`; it looks into tables, which may be on a network. */
const PATIENCE = 10_000
/** `sys/statvfs.h` */
const ST_NOSUID = 2

/**
 * The program that writes a map of more ids than one's own, by the privilege that its file has.
 *
 * @returns its absolute path
 * @throws {NamespaceError} `ERR_NS_SUBIDS` when there is none, or none that has the privilege; `hint` says which of it
 */
export function findNewidmap(kind: Kind): string {
  const { name } = programs[kind]
  const found = filesInPath(name)
  const [first] = found
  if (first === undefined)
    throw unusable(
      `${name} is not in PATH`,
      "install it (package uidmap, shadow-utils or shadow), or map your own id only: map 'root' or 'current'",
    )
  const usable = found.find((path) => weaknessOf(path, kind) === undefined)
  if (usable !== undefined) return usable
  const { what, hint } = weaknessOf(first, kind) as Weakness
  throw unusable(`${first} ${what}`, hint)
}

interface Weakness {
  readonly what: string
  readonly hint: string
}

/** Why this file would not have the privilege that it takes. */
function weaknessOf(path: string, kind: Kind): Weakness | undefined {
  const { name, capability, needs } = programs[kind]
  if (!mayExecute(path))
    return { what: 'may not be executed by this user', hint: `chmod a+x ${path}` }
  const { mode, uid } = statSync(path)
  const isSetuidRoot = (mode & 0o4000) !== 0 && uid === 0
  if (!isSetuidRoot && !hasFileCapability(path, capability))
    return {
      what: `is neither set-user-ID root nor has ${needs} as a file capability`,
      hint: `restore the package's rights, as root: chown root ${path} && chmod u+s ${path}, or setcap ${needs}=ep ${path}`,
    }
  if (isNosuid(path))
    return {
      what: 'is on a file system that is mounted nosuid',
      hint: `have a ${name} where programs may gain privilege: remount that one suid`,
    }
  if (/^NoNewPrivs:\s*1$/m.test(readFileSync('/proc/self/status', 'utf8')))
    return {
      what: 'gains no privilege: no_new_privs is set for this process',
      hint: 'start this Node.js without no_new_privs (systemd: NoNewPrivileges=no; containers: allowPrivilegeEscalation, no-new-privileges)',
    }
  return undefined
}

/** Reads `struct vfs_cap_data`: after the revision the permitted and the inheritable set, 32 at a time. */
function hasFileCapability(path: string, capability: number): boolean {
  const data = Buffer.alloc(24)
  const name = cString('security.capability')
  const size = attempt('getxattr', cString(path), name, data, data.length)
  return size >= 8 && (data.readUInt32LE(4) & (1 << capability)) !== 0
}

function isNosuid(path: string): boolean {
  const statfs = Buffer.alloc(120)
  const flags = attempt('statfs', cString(path), statfs) === 0 ? statfs.readUInt32LE(80) : 0
  return (flags & ST_NOSUID) !== 0
}

/** Digits only: newuidmap knows no `--`, and nothing of this can be taken for an option (CVE-2024-32462). */
export function newidmapArguments(pid: number, ranges: readonly IdRange[]): string[] {
  return `${pid} ${formatRanges(ranges)}`.trim().split(/\s+/)
}

/** The program gets an empty environment and a directory that says nothing of ours. */
const OPTIONS = { cwd: '/', env: {}, timeout: PATIENCE, killSignal: 'SIGKILL' } as const

/**
 * Writes a map of a child that waits.
 *
 * @throws {NamespaceError} `ERR_NS_SUBIDS` with what the program said
 */
export async function runNewidmap(
  path: string,
  kind: Kind,
  pid: number,
  ranges: readonly IdRange[],
): Promise<void> {
  const args = newidmapArguments(pid, ranges)
  await new Promise<void>((resolve, reject) =>
    execFile(path, args, OPTIONS, (error, _, stderr) =>
      error ? reject(refused(path, kind, stderr, error)) : resolve(),
    ),
  )
}

/** The same for a parent that blocks. */
export function runNewidmapNow(
  path: string,
  kind: Kind,
  pid: number,
  ranges: readonly IdRange[],
): void {
  const args = newidmapArguments(pid, ranges)
  const { status, stderr, error } = spawnSync(path, args, { ...OPTIONS, encoding: 'utf8' })
  if (status !== 0) throw refused(path, kind, stderr ?? '', error)
}

function refused(path: string, kind: Kind, stderr: string, cause: Error | undefined): Error {
  const { table } = programs[kind]
  const said = stderr.trim() || (cause?.message ?? 'it was ended by a signal')
  const hint = `each ${kind} outside but your own has to be in a line of yours in ${table}: usermod --add-sub${kind}s FIRST-LAST USER, as root`
  return unusable(`${path} refused the map: ${said}`, hint, cause)
}

function unusable(message: string, hint: string, cause?: unknown): NamespaceError {
  return new NamespaceError(`user: ${message}`, {
    code: 'ERR_NS_SUBIDS',
    namespace: 'user',
    operation: 'map',
    hint,
    cause,
  })
}
